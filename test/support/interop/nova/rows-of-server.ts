import type { TestHome } from '../../home/cli.ts';

const DATABASES = ['nova_api', 'nova_cell0', 'nova_cell1'];
/** Writes a query that looks for the id in each column that can hold one. */
const QUERY = `
  select string_agg(format(
    'select %L as at, count(*)::int as rows,
       (count(*) filter (where coalesce(to_jsonb(t)->>''deleted'', ''0'') = ''0''))::int as living
     from public.%I t where %I = $id$ID$id$', table_name || '.' || column_name, table_name, column_name), ' union all ')
    as query
  from information_schema.columns
  where table_schema = 'public' and data_type in ('character varying', 'character', 'text')
    and column_name ~ '(uuid|_id)$' and table_name not like 'shadow_%'
    and table_name <> 'instance_system_metadata'`;

/**
 * Counts a server's rows in each table of Nova's databases that names it, and those of them that are not deleted; but not
 * its system metadata, of which Nova's objects show each.
 */
export async function rowsOfServer(home: TestHome, id: string): Promise<Record<string, [number, number]>> {
  const found: Record<string, [number, number]> = {};
  for (const database of DATABASES) {
    const [written] = await home.query<{ query: string }>(QUERY, database);
    const counted = await home.query<{ at: string; rows: number; living: number }>(
      written!.query.replaceAll('$id$ID$id$', `'${id}'`),
      database,
    );
    for (const { at, rows, living } of counted) if (rows > 0) found[`${database}.${at}`] = [rows, living];
  }
  return found;
}
