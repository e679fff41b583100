import { Flags } from '@oclif/core';
import { UsageError } from '../../rules/errors.ts';
import { assertOneScope } from '../../rules/identity/grants.ts';
import { text } from './flag-kinds.ts';

/** Whose role on what, in openstackclient's words. */
export const grantFlags = {
  user: text('the user (name or ID)'),
  'user-domain': text('the domain of the user (name or ID)'),
  project: Flags.string({ description: 'on this project (name or ID)', exclusive: ['domain', 'system'] }),
  'project-domain': text('the domain of the project (name or ID)'),
  domain: Flags.string({ description: 'on this domain (name or ID)', exclusive: ['system'] }),
  system: Flags.string({ description: 'on the system', options: ['all'] }),
  inherited: Flags.boolean({ description: 'for the projects below, and not for itself' }),
  'role-domain': text('the domain of the role (name or ID), where it is the role of a domain'),
};
type GrantFlags = { [flag in Exclude<keyof typeof grantFlags, 'inherited'>]?: string | undefined };

/** A grant to make or to take away; refuses what names no user, or nothing that the role is on. */
export function grantRequest(role: string, flags: GrantFlags & { inherited?: boolean }) {
  const { user, ...on } = grantRefs(flags);
  if (!user) throw new UsageError('It is not said whose role it is.', 'Give --user.');
  const request = {
    ...on,
    user,
    inherited: flags.inherited ?? false,
    role: { nameOrId: role, domain: flags['role-domain'] },
  };
  assertOneScope(request);
  return request;
}

/** What the flags name; what they don't is undefined. */
export const grantRefs = (flags: GrantFlags) => ({
  user: refOf(flags.user, flags['user-domain']),
  project: refOf(flags.project, flags['project-domain']),
  domain: refOf(flags.domain, undefined),
  system: flags.system !== undefined,
});

export const refOf = (nameOrId: string | undefined, domain: string | undefined) =>
  nameOrId === undefined ? undefined : { nameOrId, domain };
