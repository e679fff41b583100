import { everyRow } from './every-row.ts';
import type { TestPostgres } from './postgres.ts';

const HEX_ID = /\b[0-9a-f]{32}\b/g;
const TIME_COLUMNS = new Set([
  'created_at',
  'created_at_int',
  'expires_at',
  'expires_at_int',
  'issued_before',
  'revoked_at',
]);

/**
 * Gives every row of every table of `public` without times and hashes, and with each id replaced by what it names, so
 * that two databases with the same content compare equal. With `readExtra` it does not matter how JSON in `extra` is written.
 */
export async function comparableRows(
  server: TestPostgres,
  database: string,
  { readExtra = false } = {},
): Promise<string[]> {
  const tables = await server.query<{ name: string }>(
    database,
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  const names = await namesOfIds(server, database);
  const lines: string[] = [];
  for (const { name } of tables) {
    const rows = await server.query(database, `select * from public."${name}"`);
    lines.push(
      ...rows.map((row) => `${name} ${comparable(readExtra ? withExtra(row) : row, names)}`).toSorted(),
    );
  }
  return lines;
}

export const exactRows = (server: TestPostgres, database: string): Promise<string> =>
  everyRow((sql) => server.query(database, sql));

async function namesOfIds(server: TestPostgres, database: string): Promise<Map<string, string>> {
  const rows = await server.query<{ id: string; name: string }>(
    database,
    `select id, 'role:' || name as name from role union all select id, 'project:' || name from project
     union all select user_id, 'user:' || name from local_user union all select id, 'service:' || type from service
     union all select id, 'endpoint:' || interface || ':' || coalesce(region_id, '') from endpoint`,
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function withExtra(row: Record<string, unknown>): Record<string, unknown> {
  if (typeof row['extra'] !== 'string') return row;
  const entries = Object.entries(JSON.parse(row['extra']) as object);
  return { ...row, extra: JSON.stringify(Object.fromEntries(entries.toSorted())) };
}

function comparable(row: Record<string, unknown>, names: Map<string, string>): string {
  const cells = Object.entries(row).map(([column, value]) => {
    if (column === 'password_hash') return [column, String(value).slice(0, 4)];
    if (TIME_COLUMNS.has(column)) return [column, value === null ? null : 'a time'];
    return [
      column,
      typeof value === 'string' ? value.replaceAll(HEX_ID, (id) => names.get(id) ?? 'an unknown id') : value,
    ];
  });
  return JSON.stringify(Object.fromEntries(cells as [string, unknown][]));
}
