import type { EntityManager } from '@mikro-orm/postgresql';
import { hasTable } from '../has-table.ts';
import type { ResourceKind } from '../../rules/identity/resource.ts';

export const ROOT_DOMAIN = '<<keystone.domain.root>>';
export const NOT_ROOT = `p.id <> '${ROOT_DOMAIN}'`;

/** `from` is the kind's table and its alias, `joins` what is read along with each of its rows. */
type Selection = { from: string; columns: string; joins?: string; order: string };

const ROLE: Selection = {
  from: 'role r',
  columns: `r.id, r.name, nullif(r.domain_id, '<<null>>') as domain_id, r.description, r.extra,
    (select jsonb_object_agg(option_id, option_value) from role_option where role_id = r.id) as options`,
  order: 'r.id',
};

const PROJECT: Selection = {
  from: 'project p',
  columns: `p.id, p.name, p.domain_id, p.parent_id, p.is_domain, p.enabled, p.description, p.extra,
    (select jsonb_object_agg(option_id, option_value) from project_option where project_id = p.id) as options,
    coalesce((select jsonb_agg(name order by name) from project_tag where project_id = p.id), '[]') as tags`,
  order: 'p.id',
};

const DOMAIN: Selection = {
  from: 'project p',
  columns: `p.id, p.name, p.enabled, p.description, p.extra,
    (select jsonb_object_agg(option_id, option_value) from project_option where project_id = p.id) as options`,
  order: 'p.id',
};

// Keystone has no index from a user to its passwords and federated names: they are joined once for all, not looked up
// for each user.
const user = (options: string): Selection => ({
  from: '"user" u',
  columns: `distinct on (u.id) u.id, coalesce(l.name, n.name, f.display_name) as name, u.domain_id, u.enabled,
    u.default_project_id, u.extra, to_char(w.expires_at, 'YYYY-MM-DD"T"HH24:MI:SS.US') as password_expires_at,
    (select jsonb_object_agg(option_id, option_value) from (${options}) o) as options`,
  joins: `left join local_user l on l.user_id = u.id left join nonlocal_user n on n.user_id = u.id
    left join federated_user f on f.user_id = u.id left join password w on w.local_user_id = l.id`,
  order: 'u.id, f.id, w.created_at_int desc, w.id desc',
});

/**
 * The statement that reads resources in the order of their ids. `where` and `limit` choose rows of the kind's own table
 * before anything is joined to them: a page costs the same wherever it lies.
 */
export function selectOf(kind: ResourceKind, userOptions: string, where: string[], limit?: number): string {
  const { from, columns, joins = '', order } = selectionOf(kind, userOptions);
  const alias = from.split(' ')[1]!;
  const conditions = where.length > 0 ? `where ${where.join(' and ')}` : '';
  const cut = limit === undefined ? '' : `order by ${alias}.id limit ${limit}`;
  return `select ${columns} from (select * from ${from} ${conditions} ${cut}) ${alias} ${joins} order by ${order}`;
}

function selectionOf(kind: ResourceKind, userOptions: string): Selection {
  if (kind === 'role') return ROLE;
  if (kind === 'user') return user(userOptions);
  return kind === 'project' ? PROJECT : DOMAIN;
}

/** A user's name lies in one of three tables; the last of them has no index for this. */
export const userNameOf = (id: string): string => `coalesce(
  (select name from local_user where user_id = ${id}), (select name from nonlocal_user where user_id = ${id}),
  (select display_name from federated_user f where f.user_id = ${id} order by f.id limit 1))`;

export const USER_NAMED = `u.id in (select user_id from local_user where name = ?
  union all select user_id from nonlocal_user where name = ?
  union all select user_id from federated_user where display_name = ?)`;

/** keyward's own options of users, where `db sync` has been run; reads work without it. */
export async function userOptionsOf(em: EntityManager): Promise<string> {
  const keystone =
    "select option_id, option_value from user_option where user_id = u.id and option_id <> 'IMMU'";
  const ours = 'select option_id, option_value from keyward.user_option where user_id = u.id';
  return (await hasTable(em, 'keyward.user_option')) ? `${keystone} union all ${ours}` : keystone;
}
