import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { home, keyward } from './measure.ts';

/** Whose the servers are. */
export const PROJECT = 'f1e1d0c2a9b84f0f9c0d5e4b7a6c3d21';
export const OWNER = ['--os-user-id', 'alice', '--os-project-id', PROJECT];
/** The first cell; cell0 has no servers. */
export const CELL1 = 'cell1';
export const databaseOf = (cell: string): string => `nova_${cell}`;

/** Where Nova keeps what it reads for a lock and its notification, and in which column the server's id is. */
const TABLES = {
  instances: 'uuid',
  instance_extra: 'instance_uuid',
  instance_metadata: 'instance_uuid',
  instance_info_caches: 'instance_uuid',
  instance_system_metadata: 'instance_uuid',
} as const;
type Table = keyof typeof TABLES;
/** A server's rows, as JSON has them. */
export type UsualServer = Record<Table, object[]>;

/** Makes empty databases with so many cells more than the first one, and starts everything anew. */
export async function startAfresh(cells: string[] = []): Promise<void> {
  for (const name of ['api', 'cell0', CELL1, ...cells])
    await home.query(`drop database if exists "${databaseOf(name)}" with (force)`, 'postgres');
  await keyward(['db', 'sync', 'compute']);
  for (const cell of cells) await keyward(['cell', 'create', cell]);
  // A worker that has done nothing else: its memory is of this work alone.
  await keyward(['down', '--force']);
  await keyward(['up']);
}

/** Gives the rows of a server that keyward has made, which is gone then. */
export async function usualServer(): Promise<UsualServer> {
  const file = path.join(home.dir, 'locked.raw');
  writeFileSync(file, Buffer.alloc(1024, 1));
  await keyward(['flavor', 'create', 'locked', '--ram', '64', '--disk', '1']);
  await keyward(['image', 'create', 'locked', '--file', file]);
  const create = ['server', 'create', '--flavor', 'locked', '--image', 'locked', 'usual', ...OWNER];
  await keyward([...create, '--property', 'role=web']);
  const read = async (table: Table) => {
    const rows = await home.query<{ row: object }>(`select to_jsonb(t) as row from ${table} t`, 'nova_cell1');
    return [table, rows.map(({ row }) => row)] as const;
  };
  const tables = await Promise.all(Object.keys(TABLES).map((table) => read(table as Table)));
  await home.query(`truncate ${Object.keys(TABLES).join(', ')} cascade`, 'nova_cell1');
  await home.query('truncate instance_mappings', 'nova_api');
  return Object.fromEntries(tables) as UsualServer;
}

type Plan = { cell: string; count: number; tables?: Table[] };

/** Puts so many servers like that one into a cell, and maps them to it. Gives their ids, which are in no order. */
export async function plant(server: UsualServer, plan: Plan): Promise<string[]> {
  const { cell, count, tables = Object.keys(TABLES) as Table[] } = plan;
  const uuid = `md5('${cell} ' || n)::uuid::text`;
  const copy = (table: Table, row: object): string => {
    const values: Record<string, string> = {
      [TABLES[table]]: uuid,
      ...(table === 'instances' && {
        display_name: `'server' || n`,
        created_at: `timestamp '2026-01-01' + n * interval '1 second'`,
      }),
    };
    const columns = Object.keys(row).filter((name) => name !== 'id');
    return `insert into ${table} (${columns.join(', ')})
      select ${columns.map((name) => values[name] ?? `t.${name}`).join(', ')}
      from jsonb_populate_record(null::${table}, '${JSON.stringify(row).replaceAll("'", "''")}') t,
        generate_series(1, ${count}) n`;
  };
  for (const table of tables)
    for (const row of server[table]) await home.query(copy(table, row), databaseOf(cell));
  await home.query('vacuum analyze', databaseOf(cell));
  const mapped = await home.query<{ id: string }>(
    `insert into instance_mappings (created_at, instance_uuid, cell_id, project_id, user_id, queued_for_delete)
       select now(), ${uuid}, (select id from cell_mappings where name = '${cell}'), '${PROJECT}', 'alice', false
       from generate_series(1, ${count}) n returning instance_uuid as id`,
    'nova_api',
  );
  await home.query('vacuum analyze', 'nova_api');
  return mapped.map(({ id }) => id);
}
