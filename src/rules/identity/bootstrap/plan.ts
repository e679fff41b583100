import type { BootstrapRequest, ReportedChange } from './request.ts';
import { defaultRoles, impliedChain, MEMBER } from '../default-roles.ts';
import { RuleError } from '../../errors.ts';
import type { IdentitySnapshot, PasswordState } from './snapshot.ts';
import { assertChainAcyclic, type NamedRole, type RoleLink } from '../implied-roles.ts';

/** One change, named by what operators know; ids of what does not exist yet are given when it is made. */
export type BootstrapChange =
  | { kind: 'create-domain'; id: string }
  | { kind: 'create-project' | 'create-user' | 'enable-user' | 'reset-password'; name: string }
  | { kind: 'create-role'; name: string; immutable: boolean }
  | { kind: 'make-role-immutable'; name: string }
  | { kind: 'create-implied-role' | 'delete-implied-role'; prior: string; implied: string }
  | { kind: 'grant-on-project' | 'grant-on-system'; role: string; user: string; on: string }
  | { kind: 'create-region'; id: string }
  | { kind: 'create-service'; name: string }
  | { kind: 'create-endpoint'; interface: string; url: string }
  | { kind: 'update-endpoint'; id: string; interface: string; from: string; url: string };

/** States of a password in which the one that was asked for lets nobody in. */
const LETS_NOBODY_IN: PasswordState[] = ['differs', 'expired', 'none'];

/**
 * What must change so that `there` is what was asked for: `keystone-manage bootstrap`'s steps in its order
 * (`keystone/cmd/bootstrap.py`), repairs included. Refuses, by a RuleError that names the cure, what it must not repair.
 */
export function planBootstrap(there: IdentitySnapshot, wanted: BootstrapRequest): BootstrapChange[] {
  assertRepairable(there, wanted);
  return [
    ...planAccount(there, wanted),
    ...planRoles(there, wanted),
    ...planChain(there, wanted),
    ...planGrants(there, wanted),
    ...planCatalog(there, wanted),
  ];
}

/** Warns of the roles that `changes` make mutable, and of those that were `there` and are left mutable. */
export function mutableRoleWarnings(
  there: IdentitySnapshot,
  wanted: BootstrapRequest,
  changes: ReportedChange[],
): string[] {
  const made = changes.filter(({ action, resource }) => action === 'create' && resource === 'role');
  const left = wanted.roleImmutability === 'default' ? defaultRoles(wanted.roleName) : [];
  return [...made.map(({ name }) => madeMutable(name)), ...left.flatMap((name) => leftMutable(there, name))];
}

// NOTE: keystone/cmd/bootstrap.py, but for the flag, which is misspelt there.
const madeMutable = (name: string): string =>
  `Role ${name} was created as a mutable role. It is recommended to make this role immutable by adding the 'immutable' ` +
  'resource option to this role, or re-running this command with --immutable-roles.';

function leftMutable({ roles }: IdentitySnapshot, name: string): string[] {
  const immutability = roles.get(name)?.immutability ?? 'immutable';
  if (immutability === 'immutable') return [];
  const how =
    immutability === 'broken' ? 'has a broken immutable option, which stops keystone-status' : 'is mutable';
  return [`Role ${name} ${how}. Repeat the command with --immutable-roles to make it immutable.`];
}

function assertRepairable(there: IdentitySnapshot, wanted: BootstrapRequest): void {
  const { defaultDomainId: domain, projectName, username } = wanted;
  if (!there.domain && there.strayDefaultDomainId) {
    throw new RuleError(
      'DefaultDomainElsewhere',
      `There is a domain named Default, but its id is ${there.strayDefaultDomainId} and not ${domain}.`,
      {
        cure: `Set \`[identity] default_domain_id = ${there.strayDefaultDomainId}\` in the file given with --config-file, or rename that domain.`,
      },
    );
  }
  if (there.domain && !there.domain.enabled) {
    throw new RuleError('DefaultDomainDisabled', `The domain ${domain} is disabled.`, {
      // Nobody of a disabled domain can log in, so the API helps only an admin of another one.
      cure:
        `Enable it, as an admin of another domain (\`openstack domain set --enable ${domain}\`) or in the identity ` +
        `database (\`update project set enabled = true where id = '${domain}'\`), then repeat the command.`,
    });
  }
  if (there.project && !there.project.enabled) {
    throw new RuleError('ProjectDisabled', `The project ${projectName} is disabled.`, {
      cure: `Enable it (\`openstack project set --enable ${projectName}\`), then repeat the command.`,
    });
  }
  if (!there.user && wanted.password === null) {
    throw new RuleError(
      'PasswordRequired',
      `The user ${username} does not exist, and no password was given to create it.`,
      {
        cure: 'Give one with --bootstrap-password-file or --bootstrap-password-stdin, or have one made by --generate-password.',
      },
    );
  }
  if (there.user?.password === 'unknown-form') {
    throw new RuleError(
      'PasswordFormUnknown',
      `The password of ${username} is stored in a form that Keystone 30 does not read.`,
      {
        cure: 'Leave the password out, or reset it with the Keystone that stored it.',
      },
    );
  }
}

function planAccount(there: IdentitySnapshot, wanted: BootstrapRequest): BootstrapChange[] {
  const name = wanted.username;
  const changes: BootstrapChange[] = [];
  if (!there.domain) changes.push({ kind: 'create-domain', id: wanted.defaultDomainId });
  if (!there.project) changes.push({ kind: 'create-project', name: wanted.projectName });
  if (!there.user) return [...changes, { kind: 'create-user', name }];
  if (!there.user.enabled) changes.push({ kind: 'enable-user', name });
  if (LETS_NOBODY_IN.includes(there.user.password)) changes.push({ kind: 'reset-password', name });
  return changes;
}

function planRoles(there: IdentitySnapshot, wanted: BootstrapRequest): BootstrapChange[] {
  return defaultRoles(wanted.roleName).flatMap((name): BootstrapChange[] => {
    const role = there.roles.get(name);
    if (!role) return [{ kind: 'create-role', name, immutable: wanted.roleImmutability !== 'mutable' }];
    const isToChange = role.immutability !== 'immutable' && wanted.roleImmutability === 'immutable';
    return isToChange ? [{ kind: 'make-role-immutable', name }] : [];
  });
}

function planChain(there: IdentitySnapshot, { roleName }: BootstrapRequest): BootstrapChange[] {
  // A role that is yet to be made has no id; its name stands for it.
  const role = (name: string): NamedRole => ({ id: there.roles.get(name)?.id ?? name, name });
  const link = (prior: string, implied: string): RoleLink => ({ prior: role(prior), implied: role(implied) });
  const isThere = (wanted: RoleLink): boolean => there.links.some((each) => isSame(each, wanted));
  const chain = impliedChain(roleName).map(({ prior, implied }) => link(prior, implied));
  // Before there was a manager role, admin implied member itself.
  const old = link(roleName, MEMBER);
  const others = there.links.filter((each) => ![...chain, old].some((ours) => isSame(each, ours)));
  assertChainAcyclic(others, chain);
  return [
    ...chain.filter((each) => !isThere(each)).map((missing) => changeOf('create-implied-role', missing)),
    ...(isThere(old) ? [changeOf('delete-implied-role', old)] : []),
  ];
}

const isSame = (one: RoleLink, other: RoleLink): boolean =>
  one.prior.id === other.prior.id && one.implied.id === other.implied.id;

const changeOf = (
  kind: 'create-implied-role' | 'delete-implied-role',
  { prior, implied }: RoleLink,
): BootstrapChange => ({ kind, prior: prior.name, implied: implied.name });

function planGrants(
  there: IdentitySnapshot,
  { roleName: role, username: user, projectName }: BootstrapRequest,
): BootstrapChange[] {
  const changes: BootstrapChange[] = [];
  if (!there.hasProjectGrant)
    changes.push({ kind: 'grant-on-project', role, user, on: `project ${projectName}` });
  if (!there.hasSystemGrant) changes.push({ kind: 'grant-on-system', role, user, on: 'system' });
  return changes;
}

/** Plans as upstream does: without a URL there is no service, and an endpoint whose URL is not given is left alone. */
function planCatalog(there: IdentitySnapshot, wanted: BootstrapRequest): BootstrapChange[] {
  const changes: BootstrapChange[] = [];
  if (wanted.regionId !== null && !there.hasRegion)
    changes.push({ kind: 'create-region', id: wanted.regionId });
  const urls = [
    ['public', wanted.publicUrl],
    ['internal', wanted.internalUrl],
    ['admin', wanted.adminUrl],
  ] as const;
  const given = urls.filter(([, url]) => url !== null);
  if (given.length > 0 && !there.service) changes.push({ kind: 'create-service', name: wanted.serviceName });
  for (const [face, url] of given) {
    const endpoint = there.endpoints.find((candidate) => candidate.interface === face);
    if (!endpoint) changes.push({ kind: 'create-endpoint', interface: face, url: url! });
    else if (endpoint.url !== url) {
      changes.push({
        kind: 'update-endpoint',
        id: endpoint.id,
        interface: face,
        from: endpoint.url,
        url: url!,
      });
    }
  }
  return changes;
}
