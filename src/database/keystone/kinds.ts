import type { ResourceKind } from '../../rules/identity/kinds.ts';
import { NO_DOMAIN, ROOT_DOMAIN } from '../../rules/identity/stored-domain.ts';

/**
 * Where a kind's options are: Keystone's table, and (`own`) one of keyward's for the flag `immutable`, where a Keystone
 * would delete the flag from its own: it does that with options of users that it does not know.
 */
type OptionTables = { table: string; owner: string; own: string | null };

/** How Keystone stores a kind of resource; `rules/identity/kinds.ts` has what is asked of it. */
type KindTable = {
  /** The table and its alias, by which the other entries name its columns. */
  table: string;
  alias: string;
  /** Which rows of the table are of this kind; null: all. */
  only: string | null;
  /** What tells the domain that one belongs to; a domain counts as its own. */
  domain: string;
  /** The condition on a name, which stands for each `?`. */
  named: string;
  options: OptionTables;
  /** Attributes with a column or a meaning of their own; every other one is kept in `extra`. */
  attributes: string[];
  /** What is read of each, apart from the options, and in which order; `joins` is read along with its rows. */
  columns: string;
  joins: string;
  order: string;
};

const PROJECT = {
  table: 'project',
  alias: 'p',
  named: 'p.name = ?',
  options: { table: 'project_option', owner: 'project_id', own: null },
  joins: '',
  order: 'p.id',
};

export const kindTables: Record<ResourceKind, KindTable> = {
  role: {
    table: 'role',
    alias: 'r',
    only: null,
    domain: 'r.domain_id',
    named: 'r.name = ?',
    options: { table: 'role_option', owner: 'role_id', own: null },
    attributes: ['name', 'domain_id', 'description', 'options'],
    columns: `r.id, r.name, nullif(r.domain_id, '${NO_DOMAIN}') as domain_id, r.description, r.extra`,
    joins: '',
    order: 'r.id',
  },
  user: {
    table: '"user"',
    alias: 'u',
    only: null,
    domain: 'u.domain_id',
    named: `u.id in (select user_id from local_user where name = ?
      union all select user_id from nonlocal_user where name = ?
      union all select user_id from federated_user where display_name = ?)`,
    options: { table: 'user_option', owner: 'user_id', own: 'keyward.user_option' },
    attributes: ['name', 'domain_id', 'enabled', 'default_project_id', 'options', 'password'],
    // Keystone has no index from a user to its passwords and federated names: they are joined once for all, not looked
    // up for each user.
    columns: `distinct on (u.id) u.id, coalesce(l.name, n.name, f.display_name) as name, u.domain_id, u.enabled,
      u.default_project_id, u.extra, to_char(w.expires_at, 'YYYY-MM-DD"T"HH24:MI:SS.US') as password_expires_at`,
    joins: `left join local_user l on l.user_id = u.id left join nonlocal_user n on n.user_id = u.id
      left join federated_user f on f.user_id = u.id left join password w on w.local_user_id = l.id`,
    order: 'u.id, f.id, w.created_at_int desc, w.id desc',
  },
  project: {
    ...PROJECT,
    only: 'not p.is_domain',
    domain: 'p.domain_id',
    attributes: ['name', 'domain_id', 'parent_id', 'enabled', 'description', 'tags', 'options'],
    columns: `p.id, p.name, p.domain_id, p.parent_id, p.is_domain, p.enabled, p.description, p.extra,
      coalesce((select jsonb_agg(name order by name) from project_tag where project_id = p.id), '[]') as tags`,
  },
  domain: {
    ...PROJECT,
    only: `p.is_domain and p.id <> '${ROOT_DOMAIN}'`,
    domain: 'p.id',
    attributes: ['name', 'domain_id', 'enabled', 'description', 'options'],
    columns: 'p.id, p.name, p.enabled, p.description, p.extra',
  },
};
