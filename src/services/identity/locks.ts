import type { EntityManager } from '@mikro-orm/postgresql';
import { AMONG } from '../../database/among.ts';
import { kindTables } from '../../database/keystone/kinds.ts';
import { RuleError } from '../../rules/errors.ts';
import type { ResourceKind } from '../../rules/identity/kinds.ts';

type Id = { id: string };

/**
 * Locks a resource's row. Its options are read by a statement of their own afterwards: one that had to wait for the
 * lock would still show the options of before.
 */
export async function lockRow(em: EntityManager, kind: ResourceKind, id: string): Promise<void> {
  await em.execute(`select from ${kindTables[kind].table} where id = ? for update`, [id]);
  await lockOptions(em, kind, [id]);
}

/** Locks roles in the order of their ids, so that two who lock the same ones don't deadlock. */
export async function lockRoles(em: EntityManager, ids: string[]): Promise<void> {
  await em.execute(`select from role where id ${AMONG} order by id for update`, [JSON.stringify(ids)]);
  await lockOptions(em, 'role', ids);
}

/** A real Keystone that turns an option over locks its row only, not the resource's. It does not write keyward's own table. */
async function lockOptions(em: EntityManager, kind: ResourceKind, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const { table, owner } = kindTables[kind].options;
  await em.execute(`select from ${table} where ${owner} ${AMONG} order by ${owner}, option_id for update`, [
    JSON.stringify(ids),
  ]);
}

/** Keeps a resource from going away while something that names it is written; refuses if it has. */
export async function hold(em: EntityManager, kind: ResourceKind, id: string): Promise<void> {
  const rows = await em.execute<object[]>(
    `select 1 from ${kindTables[kind].table} where id = ? for key share`,
    [id],
  );
  if (rows.length > 0) return;
  throw new RuleError('NotFound', `No ${kind} with the id ${id} exists.`, {
    cure: `See \`keyward ${kind} list\`.`,
  });
}

/** Locks the projects below `top` and returns their ids, parents first. */
export async function lockSubtree(em: EntityManager, top: string): Promise<string[]> {
  const rows = await em.execute<Id[]>(
    `with recursive tree as (
       select id, 0 as depth from project where id = ?
       union all select c.id, depth + 1 from project c join tree
         on c.parent_id = tree.id or (c.domain_id = tree.id and c.parent_id is null))
     select p.id from project p join tree on tree.id = p.id where depth > 0 order by depth, p.id for update of p`,
    [top],
  );
  return locked(em, 'project', rows);
}

/** Locks the domain-specific roles of a domain and returns their ids. */
export async function lockRolesOf(em: EntityManager, domainId: string): Promise<string[]> {
  const rows = await em.execute<Id[]>('select id from role where domain_id = ? order by id for update', [
    domainId,
  ]);
  return locked(em, 'role', rows);
}

/**
 * Locks all users that go with a domain, and returns their ids: its own, and those of other domains who could log in
 * only through one of its identity providers, whom Keystone deletes too (`keystone/federation/backends/sql.py`).
 */
export async function lockUsersOf(em: EntityManager, domainId: string): Promise<string[]> {
  await em.execute('select from identity_provider where domain_id = ? order by id for update', [domainId]);
  const rows = await em.execute<Id[]>(
    `with own as (select id from identity_provider where domain_id = ?)
     select id from "user" u where domain_id = ? or (
       id in (select user_id from federated_user where idp_id in (select id from own))
       and not exists (select from federated_user where user_id = u.id and idp_id not in (select id from own))
       and not exists (select from local_user where user_id = u.id)
       and not exists (select from nonlocal_user where user_id = u.id))
     order by id for update`,
    [domainId, domainId],
  );
  return rows.map(({ id }) => id);
}

/** Locks the users whose default project or an identity provider goes away, and returns their ids. */
export async function lockUsersLosing(
  em: EntityManager,
  projectIds: string[],
  domainId: string | null,
): Promise<string[]> {
  const rows = await em.execute<Id[]>(
    `select id from "user" where default_project_id ${AMONG} or id in (
       select user_id from federated_user join identity_provider i on i.id = idp_id where i.domain_id = ?)
     order by id for update`,
    [JSON.stringify(projectIds), domainId],
  );
  return rows.map(({ id }) => id);
}

async function locked(em: EntityManager, kind: ResourceKind, rows: Id[]): Promise<string[]> {
  const ids = rows.map(({ id }) => id);
  await lockOptions(em, kind, ids);
  return ids;
}
