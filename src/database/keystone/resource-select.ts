import type { ResourceKind } from '../../rules/identity/kinds.ts';
import { OPTION_IDS } from '../../rules/identity/option-ids.ts';
import { kindTables } from './kinds.ts';

/**
 * The statement that reads resources in the order of their ids. `where` and `limit` choose rows of the kind's own table
 * before anything is joined to them: a page costs the same wherever it lies. `isSynced`: keyward's own tables are there.
 */
export function selectOf(
  kind: ResourceKind,
  isSynced: boolean,
  where: string[],
  limit: number | undefined,
): string {
  const { table, alias, only, columns, joins, order } = kindTables[kind];
  const all = [...(only === null ? [] : [only]), ...where];
  const conditions = all.length > 0 ? `where ${all.join(' and ')}` : '';
  const cut = limit === undefined ? '' : `order by ${alias}.id limit ${limit}`;
  return `select ${columns}, ${optionsOf(kind, isSynced)} as options
    from (select * from ${table} ${alias} ${conditions} ${cut}) ${alias} ${joins} order by ${order}`;
}

/** Where keyward has a table for the flag, the flag in Keystone's own does not count. */
function optionsOf(kind: ResourceKind, isSynced: boolean): string {
  const { options, alias } = kindTables[kind];
  const stored = (table: string): string =>
    `select option_id, option_value from ${table} where ${options.owner} = ${alias}.id`;
  const keystone = stored(options.table);
  if (options.own === null) return aggregated(keystone);
  const others = `${keystone} and option_id <> '${OPTION_IDS.immutable}'`;
  return aggregated(isSynced ? `${others} union all ${stored(options.own)}` : others);
}

const aggregated = (rows: string): string =>
  `(select jsonb_object_agg(option_id, option_value) from (${rows}) o)`;
