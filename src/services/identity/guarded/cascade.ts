import type { EntityManager } from '@mikro-orm/postgresql';
import { RuleError } from '../../../rules/errors.ts';
import { assertCascadeAllowed, type Guarded } from '../../../rules/immutability.ts';
import type { Resource, ResourceKind } from '../../../rules/resource.ts';
import { lockMembers, lockRoles, lockSubtree, lockUsersOfDefaultProjects } from './locks.ts';
import { deleteWithRows } from './owned-rows.ts';
import { revokeTokens } from './revocations.ts';

type Top = { kind: ResourceKind; resource: Resource; withSubtree: boolean };
type Below = { kind: ResourceKind; resource: Resource; guarded: Guarded };
type Removed = { kind: ResourceKind; resource: Resource };
/** Gives these resources, locked before, as they are now. */
type ReadAll = (kind: ResourceKind, ids: string[]) => Promise<{ resource: Resource; guarded: Guarded }[]>;

/**
 * Deletes a locked resource with everything that can't live without it, or refuses the whole and names every immutable
 * resource in the way. Locks are taken in one order: the domain, projects parents first, users, roles by id. Gives what
 * is gone, the top first.
 */
export async function cascade(em: EntityManager, top: Top, readAll: ReadAll): Promise<Removed[]> {
  const { kind, resource } = top;
  if (kind === 'user') return removed(em, top, [], readAll);
  if (kind === 'role') return removed(em, top, [], readAll);
  if (kind === 'domain' && resource['enabled'] !== false) {
    throw new RuleError('DomainEnabled', 'Cannot delete a domain that is enabled, please disable it first.', {
      cure: `Run \`keyward domain set --disable ${resource.id}\` first.`,
    });
  }
  const projects = await subtree(em, resource.id);
  if (kind === 'project' && projects.length > 0 && !top.withSubtree) {
    throw new RuleError(
      'ProjectNotLeaf',
      `Cannot delete the project ${resource.id} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree.`,
      {
        cure: `Run \`keyward project delete --cascade ${resource.id}\` to delete the ${projects.length} below it too.`,
      },
    );
  }
  const below = await all('project', projects, readAll);
  if (kind === 'domain') {
    below.push(...(await all('user', await lockMembers(em, 'user', resource.id), readAll)));
    below.push(...(await all('role', await lockMembers(em, 'role', resource.id), readAll)));
  }
  return removed(em, top, below, readAll);
}

async function removed(em: EntityManager, top: Top, below: Below[], readAll: ReadAll): Promise<Removed[]> {
  const gone: Removed[] = [{ kind: top.kind, resource: top.resource }, ...below];
  const idsOf = (kind: ResourceKind): string[] =>
    gone.filter((each) => each.kind === kind).map(({ resource }) => resource.id);
  const [projects, users, roles] = [idsOf('project'), idsOf('user'), idsOf('role')];
  const touched = [
    ...(await usersLosingTheirDefault(em, projects, users, readAll)),
    ...(await rolesImplying(em, roles, readAll)),
  ];
  assertCascadeAllowed(
    { kind: top.kind, name: top.resource.name },
    [...below, ...touched].map(({ guarded }) => guarded),
  );
  await revokeTokens(em, 'user', users);
  // NOTE: Keystone deletes a domain as the project that it is, with the event of one.
  await revokeTokens(em, 'project', top.kind === 'domain' ? [...projects, top.resource.id] : projects);
  await deleteWithRows(em, 'role', roles);
  await deleteWithRows(em, 'user', users);
  await deleteWithRows(em, 'project', projects);
  if (top.kind !== 'domain') return gone;
  const groups = await em.execute<{ id: string }[]>('select id from "group" where domain_id = ?', [
    top.resource.id,
  ]);
  await deleteWithRows(
    em,
    'group',
    groups.map(({ id }) => id),
  );
  await deleteWithRows(em, 'domain', [top.resource.id]);
  return gone;
}

/** Until nothing new is found: while a row's lock is waited for, something may have been made below it. */
async function subtree(em: EntityManager, top: string): Promise<string[]> {
  let [found, again] = [await lockSubtree(em, top), await lockSubtree(em, top)];
  while (again.length > found.length) [found, again] = [again, await lockSubtree(em, top)];
  return again;
}

async function all(kind: ResourceKind, ids: string[], readAll: ReadAll): Promise<Below[]> {
  if (ids.length === 0) return [];
  return (await readAll(kind, ids)).map((each) => ({ kind, ...each }));
}

/** A user whose default project goes away is changed, which an immutable one must not be. */
async function usersLosingTheirDefault(
  em: EntityManager,
  projects: string[],
  goneUsers: string[],
  readAll: ReadAll,
): Promise<Below[]> {
  if (projects.length === 0) return [];
  const gone = new Set(goneUsers);
  const users = await lockUsersOfDefaultProjects(em, projects);
  return all(
    'user',
    users.filter((id) => !gone.has(id)),
    readAll,
  );
}

/** A role that loses one that it implies is changed, which an immutable one must not be. */
async function rolesImplying(em: EntityManager, roles: string[], readAll: ReadAll): Promise<Below[]> {
  if (roles.length === 0) return [];
  const rows = await em.execute<{ id: string }[]>(
    `select distinct prior_role_id as id from implied_role
     where implied_role_id in (select jsonb_array_elements_text(?::jsonb))`,
    [JSON.stringify(roles)],
  );
  const priors = rows.map(({ id }) => id).filter((id) => !roles.includes(id));
  await lockRoles(em, priors);
  return all('role', priors, readAll);
}
