import type { EntityManager } from '@mikro-orm/postgresql';
import type { ResourceKind } from '../../../rules/resource.ts';

const TABLE: Record<ResourceKind, string> = {
  role: 'role',
  user: '"user"',
  project: 'project',
  domain: 'project',
};
type Id = { id: string };

/**
 * Locks a resource's row. Its options are read by a statement of their own afterwards: one that had to wait for the
 * lock would still show the options of before.
 */
export async function lockRow(em: EntityManager, kind: ResourceKind, id: string): Promise<void> {
  await em.execute(`select from ${TABLE[kind]} where id = ? for update`, [id]);
}

/** In the order of their ids, so that two who lock the same ones don't deadlock. */
export async function lockRoles(em: EntityManager, ids: string[]): Promise<void> {
  await em.execute(
    'select from role where id in (select jsonb_array_elements_text(?::jsonb)) order by id for update',
    [JSON.stringify(ids)],
  );
}

/** Keeps a domain or project from going away while something is made in it. */
export async function holdPlace(em: EntityManager, ids: string[]): Promise<void> {
  for (const id of ids) await em.execute('select from project where id = ? for key share', [id]);
}

/** Locks and gives the projects below, parents first. */
export async function lockSubtree(em: EntityManager, top: string): Promise<string[]> {
  const rows = await em.execute<Id[]>(
    `with recursive tree as (
       select id, 0 as depth from project where id = ?
       union all select c.id, depth + 1 from project c join tree
         on c.parent_id = tree.id or (c.domain_id = tree.id and c.parent_id is null))
     select p.id from project p join tree on tree.id = p.id where depth > 0 order by depth, p.id for update of p`,
    [top],
  );
  return rows.map(({ id }) => id);
}

/** Locks and gives the users, or the domain-specific roles, of a domain. */
export async function lockMembers(
  em: EntityManager,
  kind: 'user' | 'role',
  domainId: string,
): Promise<string[]> {
  const rows = await em.execute<Id[]>(
    `select id from ${TABLE[kind]} where domain_id = ? order by id for update`,
    [domainId],
  );
  return rows.map(({ id }) => id);
}

/** Locks and gives the users of other domains whose default project goes away. */
export async function lockUsersOfDefaultProjects(em: EntityManager, projectIds: string[]): Promise<string[]> {
  const rows = await em.execute<Id[]>(
    `select id from "user" where default_project_id in (select jsonb_array_elements_text(?::jsonb))
     order by id for update`,
    [JSON.stringify(projectIds)],
  );
  return rows.map(({ id }) => id);
}
