import type { EntityManager } from '@mikro-orm/postgresql';
import type { ResourceKind } from '../../rules/resource.ts';

export const ROOT_DOMAIN = '<<keystone.domain.root>>';
export const NOT_ROOT = `p.id <> '${ROOT_DOMAIN}'`;

const ROLE = `select r.id, r.name, nullif(r.domain_id, '<<null>>') as domain_id, r.description, r.extra,
  (select jsonb_object_agg(option_id, option_value) from role_option where role_id = r.id) as options
  from role r`;

const PROJECT = `select p.id, p.name, p.domain_id, p.parent_id, p.is_domain, p.enabled, p.description, p.extra,
  (select jsonb_object_agg(option_id, option_value) from project_option where project_id = p.id) as options,
  coalesce((select jsonb_agg(name order by name) from project_tag where project_id = p.id), '[]') as tags
  from project p`;

const DOMAIN = `select p.id, p.name, p.enabled, p.description, p.extra,
  (select jsonb_object_agg(option_id, option_value) from project_option where project_id = p.id) as options
  from project p`;

const user = (
  options: string,
): string => `select u.id, coalesce(l.name, n.name, f.display_name) as name, u.domain_id,
  u.enabled, u.default_project_id, u.extra,
  (select to_char(expires_at, 'YYYY-MM-DD"T"HH24:MI:SS.US') from password
    where local_user_id = l.id order by created_at_int desc, id desc limit 1) as password_expires_at,
  (select jsonb_object_agg(option_id, option_value) from (${options}) o) as options
  from "user" u left join local_user l on l.user_id = u.id left join nonlocal_user n on n.user_id = u.id
  left join lateral (select display_name from federated_user where user_id = u.id order by id limit 1) f on true`;

/** The select list and tables of a kind, without conditions. */
export function columnsOf(kind: ResourceKind, userOptions: string): string {
  if (kind === 'role') return ROLE;
  if (kind === 'user') return user(userOptions);
  return kind === 'project' ? PROJECT : DOMAIN;
}

/** keyward's own options of users, where `db sync` has been run; reads work without it. */
export async function userOptionsOf(em: EntityManager): Promise<string> {
  const [found] = await em.execute<{ here: boolean }[]>(
    "select to_regclass('keyward.user_option') is not null as here",
  );
  const keystone =
    "select option_id, option_value from user_option where user_id = u.id and option_id <> 'IMMU'";
  const ours = 'select option_id, option_value from keyward.user_option where user_id = u.id';
  return found!.here ? `${keystone} union all ${ours}` : keystone;
}
