import type { EntityManager } from '@mikro-orm/postgresql';
import { groupsOf } from '../../../database/keystone/groups.ts';
import { readLinksTo } from '../../../database/keystone/role-links.ts';
import { RuleError } from '../../../rules/errors.ts';
import { assertCascadeAllowed, type Guarded } from '../../../rules/identity/immutability.ts';
import type { ResourceKind } from '../../../rules/identity/kinds.ts';
import type { RoleLink } from '../../../rules/identity/implied-roles.ts';
import type { Resource } from '../../../rules/identity/resource.ts';
import type { AuditedChange } from '../../audit/audit-writer.ts';
import { implication, subject } from '../audited.ts';
import { lockRoles, lockRolesOf, lockSubtree, lockUsersLosing, lockUsersOf } from '../locks.ts';
import { deleteWithRows, type Owner } from './owned-rows.ts';
import { revokeTokens } from './revocations.ts';

type Top = { kind: ResourceKind; resource: Resource; withSubtree: boolean };
type Found = { kind: ResourceKind; resource: Resource; guarded: Guarded };
type Named = { id: string; name: string };
/** Gives these resources, locked before, as they are now. */
type ReadAll = (kind: ResourceKind, ids: string[]) => Promise<Omit<Found, 'kind'>[]>;

/** What a deletion takes along, and what stays but loses something by it. */
type Extent = {
  below: Found[];
  users: Found[];
  priors: Found[];
  links: RoleLink[];
  groups: Named[];
};

/**
 * Deletes a locked resource with everything that can't live without it, or refuses the whole and names every immutable
 * resource in the way. Gives all that has changed, the deleted resource first.
 */
export async function cascade(em: EntityManager, top: Top, readAll: ReadAll): Promise<AuditedChange[]> {
  const { below, users, priors, links, groups } = await extentOf(em, top, readAll);
  assertCascadeAllowed(
    { kind: top.kind, name: top.resource.name },
    [...below, ...users, ...priors].map(({ guarded }) => guarded),
  );
  const gone = [top, ...below];
  await deleteRows(em, idsByOwner(gone, groups));
  const left = await readAll(
    'user',
    users.map(({ resource }) => resource.id),
  );
  const after = new Map(left.map(({ resource }) => [resource.id, resource]));
  return [
    ...gone.map(({ kind, resource }) => deleted(subject(kind, resource), resource)),
    ...groups.map((group) => deleted({ resource: 'group', ...group }, group)),
    ...users.map(({ resource }) => ({
      action: 'update',
      ...subject('user', resource),
      before: resource,
      after: after.get(resource.id)!,
    })),
    ...links.map(({ prior, implied }) => implication('delete', prior, implied)),
  ];
}

/** Locks all of it, in one order: the domain (which is locked already), projects parents first, users, roles by id. */
async function extentOf(em: EntityManager, top: Top, readAll: ReadAll): Promise<Extent> {
  const { kind, resource } = top;
  const all = async (of: ResourceKind, ids: string[]): Promise<Found[]> =>
    ids.length === 0 ? [] : (await readAll(of, ids)).map((each) => ({ kind: of, ...each }));
  const domainId = kind === 'domain' ? resource.id : null;
  const isPlace = kind === 'project' || kind === 'domain';

  if (domainId !== null) assertDisabled(resource);
  const projects = isPlace ? await lockWholeSubtree(em, resource.id) : [];
  if (kind === 'project' && !top.withSubtree) assertLeaf(resource, projects.length);
  const members = domainId === null ? [] : await lockUsersOf(em, domainId);
  const losing = isPlace ? await lockUsersLosing(em, [resource.id, ...projects], domainId) : [];
  const roles = domainId === null ? [] : await lockRolesOf(em, domainId);
  const goneRoles = kind === 'role' ? [resource.id] : roles;
  const links = await readLinksTo(em, goneRoles);
  const priors = [...new Set(links.map(({ prior }) => prior.id))];
  await lockRoles(em, priors);

  return {
    below: [
      ...(await all('project', projects)),
      ...(await all('user', members)),
      ...(await all('role', roles)),
    ],
    users: await all(
      'user',
      losing.filter((id) => !members.includes(id)),
    ),
    priors: await all('role', priors),
    links,
    groups: domainId === null ? [] : await groupsOf(em, domainId),
  };
}

/** NOTE: in Keystone's order, which gives the events their ids; a domain goes as the project that it is, with its event. */
const REVOKED = [
  ['project', 'project'],
  ['user', 'user'],
  ['domain', 'project'],
] as const;
const DELETED = ['role', 'user', 'project', 'group', 'domain'] as const;

async function deleteRows(em: EntityManager, gone: Map<Owner, string[]>): Promise<void> {
  for (const [owner, of] of REVOKED) await revokeTokens(em, of, gone.get(owner) ?? []);
  for (const owner of DELETED) await deleteWithRows(em, owner, gone.get(owner) ?? []);
}

/** Locks again until nothing new is found: while a row's lock is waited for, something may be made below it. */
async function lockWholeSubtree(em: EntityManager, top: string): Promise<string[]> {
  let [found, again] = [await lockSubtree(em, top), await lockSubtree(em, top)];
  while (again.length > found.length) [found, again] = [again, await lockSubtree(em, top)];
  return again;
}

function assertDisabled({ id, enabled }: Resource & { enabled?: unknown }): void {
  if (enabled === false) return;
  throw new RuleError('DomainEnabled', 'Cannot delete a domain that is enabled, please disable it first.', {
    cure: `Run \`keyward domain set --disable ${id}\` first.`,
  });
}

function assertLeaf({ id }: Resource, below: number): void {
  if (below === 0) return;
  throw new RuleError(
    'ProjectNotLeaf',
    `Cannot delete the project ${id} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree.`,
    { cure: `Run \`keyward project delete --cascade ${id}\` to delete the ${below} below it too.` },
  );
}

function idsByOwner(
  gone: { kind: ResourceKind; resource: Resource }[],
  groups: Named[],
): Map<Owner, string[]> {
  const all: [Owner, string][] = [
    ...gone.map(({ kind, resource }): [Owner, string] => [kind, resource.id]),
    ...groups.map(({ id }): [Owner, string] => ['group', id]),
  ];
  const byOwner = Map.groupBy(all, ([owner]) => owner);
  return new Map([...byOwner].map(([owner, pairs]) => [owner, pairs.map(([, id]) => id)]));
}

const deleted = (what: Pick<AuditedChange, 'resource' | 'name' | 'id'>, before: object): AuditedChange => ({
  action: 'delete',
  ...what,
  before,
  after: null,
});
