import type { EntityManager } from '@mikro-orm/postgresql';
import { RuleError } from '../../../rules/errors.ts';
import { assertCascadeAllowed, type Guarded } from '../../../rules/identity/immutability.ts';
import type { Resource, ResourceKind } from '../../../rules/identity/resource.ts';
import type { AuditedChange } from '../../audit/audit-writer.ts';
import { implication, subject } from '../audited.ts';
import { lockRoles, lockRolesOf, lockSubtree, lockUsersLosing, lockUsersOf } from '../locks.ts';
import { deleteWithRows } from './owned-rows.ts';
import { revokeTokens } from './revocations.ts';

type Top = { kind: ResourceKind; resource: Resource; withSubtree: boolean };
type Held = { kind: ResourceKind; resource: Resource; guarded: Guarded };
type Named = { id: string; name: string };
/** Gives these resources, locked before, as they are now. */
type ReadAll = (kind: ResourceKind, ids: string[]) => Promise<Omit<Held, 'kind'>[]>;

/** What a deletion takes along, and what stays but loses something by it. */
type Extent = {
  below: Held[];
  users: Held[];
  priors: Held[];
  links: { prior: Named; implied: Named }[];
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
  await deleteRows(em, gone, groups);
  const after = new Map(
    (await readAll('user', idsOf('user', users))).map(({ resource }) => [resource.id, resource]),
  );
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
  const all = async (of: ResourceKind, ids: string[]): Promise<Held[]> =>
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
  const links = await linksLost(em, goneRoles);
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
    groups:
      domainId === null
        ? []
        : await em.execute('select id, name from "group" where domain_id = ?', [domainId]),
  };
}

async function deleteRows(
  em: EntityManager,
  gone: { kind: ResourceKind; resource: Resource }[],
  groups: Named[],
): Promise<void> {
  const [projects, domains] = [idsOf('project', gone), idsOf('domain', gone)];
  // NOTE: in Keystone's order, which gives the events their ids; a domain goes as the project that it is, with its event.
  await revokeTokens(em, 'project', projects);
  await revokeTokens(em, 'user', idsOf('user', gone));
  await revokeTokens(em, 'project', domains);
  await deleteWithRows(em, 'role', idsOf('role', gone));
  await deleteWithRows(em, 'user', idsOf('user', gone));
  await deleteWithRows(em, 'project', projects);
  await deleteWithRows(
    em,
    'group',
    groups.map(({ id }) => id),
  );
  await deleteWithRows(em, 'domain', domains);
}

/** Until nothing new is found: while a row's lock is waited for, something may have been made below it. */
async function lockWholeSubtree(em: EntityManager, top: string): Promise<string[]> {
  let [found, again] = [await lockSubtree(em, top), await lockSubtree(em, top)];
  while (again.length > found.length) [found, again] = [again, await lockSubtree(em, top)];
  return again;
}

/** The links by which roles that stay imply ones that go. */
async function linksLost(em: EntityManager, roles: string[]): Promise<Extent['links']> {
  if (roles.length === 0) return [];
  const gone = JSON.stringify(roles);
  return em.execute(
    `select jsonb_build_object('id', p.id, 'name', p.name) as prior,
       jsonb_build_object('id', i.id, 'name', i.name) as implied
     from implied_role join role p on p.id = prior_role_id join role i on i.id = implied_role_id
     where i.id in (select jsonb_array_elements_text(?::jsonb))
       and p.id not in (select jsonb_array_elements_text(?::jsonb))
     order by p.id, i.id`,
    [gone, gone],
  );
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

const idsOf = (kind: ResourceKind, among: { kind: ResourceKind; resource: Resource }[]): string[] =>
  among.filter((each) => each.kind === kind).map(({ resource }) => resource.id);

const deleted = (what: Pick<AuditedChange, 'resource' | 'name' | 'id'>, before: object): AuditedChange => ({
  action: 'delete',
  ...what,
  before,
  after: null,
});
