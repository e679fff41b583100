import type { EntityManager } from '@mikro-orm/postgresql';
import { Conditions } from '../conditions.ts';
import { Assignment, SystemAssignment } from './assignment.entity.ts';

/** What a list may be narrowed to, by ids; undefined: not at all. */
export type AssignmentFilter = {
  role?: string | undefined;
  user?: string | undefined;
  project?: string | undefined;
  domain?: string | undefined;
  system?: boolean;
  inherited?: boolean;
};
export type AssignmentKey = {
  type: string;
  actorId: string;
  targetId: string;
  roleId: string;
  inherited: boolean;
};
/** One role of somebody on something, and the name of each of them as `name@domain`. */
export type StoredAssignment = AssignmentKey & { role: string; actor: string; target: string };

export const ASSIGNMENT_TABLES = ['assignment', 'system_assignment'] as const;
type Table = (typeof ASSIGNMENT_TABLES)[number];
const inDomain = (name: string, domainId: string): string =>
  `${name} || coalesce('@' || (select name from project where id = ${domainId} and is_domain), '')`;

/** A user's name lies in one of three tables; the last of them has no index for this. */
const userNameOf = (id: string): string => `coalesce(
  (select name from local_user where user_id = ${id}), (select name from nonlocal_user where user_id = ${id}),
  (select display_name from federated_user f where f.user_id = ${id} order by f.id limit 1))`;

/** The names of what an assignment consists of; they are looked up only for what a page shows. */
const NAMES = `
  (select ${inDomain('r.name', 'r.domain_id')} from role r where r.id = a.role_id) as role,
  case when a.type::text like 'Group%'
    then (select ${inDomain('g.name', 'g.domain_id')} from "group" g where g.id = a.actor_id)
    else (select ${inDomain(userNameOf('u.id'), 'u.domain_id')} from "user" u where u.id = a.actor_id) end as actor,
  (select case when p.is_domain then p.name else ${inDomain('p.name', 'p.domain_id')} end
    from project p where p.id = a.target_id) as target`;

/** Role assignments as they were granted. */
export class AssignmentRepository {
  readonly #em: EntityManager;

  constructor(em: EntityManager) {
    this.#em = em;
  }

  /** Reads at most `size` assignments of a table that come after `after` in the order of their keys. */
  async page(
    table: Table,
    filter: AssignmentFilter,
    after: AssignmentKey | null,
    size: number,
  ): Promise<StoredAssignment[]> {
    const { where, values } = conditionsOf(table, filter, after);
    return this.#em.execute<StoredAssignment[]>(
      `select a.type, a.actor_id as "actorId", a.target_id as "targetId", a.role_id as "roleId", a.inherited, ${NAMES}
       from (select * from ${table} where ${where.join(' and ')}
             order by type, actor_id, target_id, role_id, inherited limit ${size}) a
       order by a.type, a.actor_id, a.target_id, a.role_id, a.inherited`,
      values,
    );
  }

  /** False: it was there, perhaps made just now by somebody else. */
  async insert(key: AssignmentKey): Promise<boolean> {
    const { type, actorId, targetId, roleId, inherited } = key;
    const rows = await this.#em.execute<object[]>(
      isOnSystem(key) ? `insert into system_assignment ${NEW_ROW}` : `insert into assignment ${NEW_ROW}`,
      [type, actorId, targetId, roleId, inherited],
    );
    return rows.length > 0;
  }

  /** False: there was none. */
  async delete(key: AssignmentKey): Promise<boolean> {
    return (await this.#em.nativeDelete(isOnSystem(key) ? SystemAssignment : Assignment, key)) > 0;
  }
}

const NEW_ROW =
  '(type, actor_id, target_id, role_id, inherited) values (?, ?, ?, ?, ?) on conflict do nothing returning 1';
const isOnSystem = ({ type }: AssignmentKey): boolean => type.endsWith('System');

function conditionsOf(table: Table, filter: AssignmentFilter, after: AssignmentKey | null): Conditions {
  const conditions = new Conditions();
  const add = conditions.add.bind(conditions);
  add('true');
  const { role, user, project, domain, system, inherited } = filter;
  const onSystem = table === 'system_assignment';
  if (onSystem ? (project ?? domain) !== undefined : system) add('false');
  if (role !== undefined) add('role_id = ?', role);
  if (user !== undefined) add("actor_id = ? and type::text like 'User%'", user);
  if (project !== undefined) add("target_id = ? and type::text like '%Project'", project);
  if (domain !== undefined) add("target_id = ? and type::text like '%Domain'", domain);
  if (inherited) add('inherited');
  if (after) {
    const { type, actorId, targetId, roleId, inherited: last } = after;
    const cast = onSystem ? '' : '::type';
    add(
      `(type, actor_id, target_id, role_id, inherited) > (?${cast}, ?, ?, ?, ?)`,
      type,
      actorId,
      targetId,
      roleId,
      last,
    );
  }
  return conditions;
}
