import type { Client } from 'pg';

/** The ids that columns get which refer to something: the planted rows belong to these. */
export type Owners = { user: string; project: string; role: string; group: string; domain: string };
type Kind = keyof Owners;
type Column = { table: string; column: string; type: string; size: number | null; required: boolean };

export type Planted = { table: string; column: string; kind: Kind };

let serial = 0;

/** Tells by a column's name whose id it holds; it is asked of the schema, so that no new column is overlooked. */
const REFERENCE = /^(?:\w+_)?(?<kind>user|project|role|group|domain)_ids?$/;
/** These columns get their meaning from another column, or have a name that says something else. */
const POLYMORPHIC: [column: string, kind: Kind, beside: Record<string, string>][] = [
  ['assignment.actor_id', 'user', { type: 'UserProject' }],
  ['assignment.actor_id', 'user', { type: 'UserDomain' }],
  ['assignment.actor_id', 'group', { type: 'GroupProject' }],
  ['assignment.actor_id', 'group', { type: 'GroupDomain' }],
  ['assignment.target_id', 'project', { type: 'UserProject' }],
  ['assignment.target_id', 'project', { type: 'GroupProject' }],
  ['assignment.target_id', 'domain', { type: 'UserDomain' }],
  ['assignment.target_id', 'domain', { type: 'GroupDomain' }],
  ['system_assignment.actor_id', 'user', { type: 'UserSystem' }],
  ['system_assignment.actor_id', 'group', { type: 'GroupSystem' }],
  ['id_mapping.public_id', 'user', { entity_type: 'user' }],
  ['id_mapping.public_id', 'group', { entity_type: 'group' }],
];
/** EXEMPT outlives its owner on purpose, and NO_REFERENCE only looks like a reference. */
const EXEMPT = new Set(['revocation_event', 'alembic_version']);
const NO_REFERENCE = new Set(['project_endpoint_group.endpoint_group_id']);

const kindOf = ({ table, column, type }: Column): Kind | null =>
  !['varchar', 'text'].includes(type) || EXEMPT.has(table) || NO_REFERENCE.has(`${table}.${column}`)
    ? null
    : ((REFERENCE.exec(column)?.groups?.['kind'] as Kind | undefined) ?? null);

/** Asks the catalogs for every column of Keystone's schema, and of keyward's tables beside it. */
export async function columnsOf(client: Client): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select case table_schema when 'public' then table_name else 'keyward.' || table_name end as table,
       column_name as column, udt_name as type, character_maximum_length as size,
       is_nullable = 'NO' and column_default is null and is_identity = 'NO' as required
     from information_schema.columns
     where table_schema = 'public' or (table_schema = 'keyward' and table_name = 'user_option')
     order by 1, ordinal_position`,
  );
  return rows;
}

/** Plants one row for each reference to one of `kinds` that the schema allows, and tells which tables hold which. */
export async function plantRows(client: Client, owners: Owners, kinds: Kind[]): Promise<Planted[]> {
  const columns = await columnsOf(client);
  const wanted = [
    ...columns.flatMap((column): [Column, Kind, Record<string, string>][] => {
      const kind = kindOf(column);
      return kind && kinds.includes(kind) ? [[column, kind, {}]] : [];
    }),
    ...POLYMORPHIC.filter(([, kind]) => kinds.includes(kind)).map(
      ([name, kind, beside]): [Column, Kind, Record<string, string>] => [
        columns.find(({ table, column }) => `${table}.${column}` === name)!,
        kind,
        beside,
      ],
    ),
  ];
  // This switches foreign keys off: the rows around a planted one need not exist.
  await client.query('set session_replication_role = replica');
  // An application credential holds the role, and goes with it; it is named after that.
  const { rows } = await client.query<{ internal_id: number }>(
    `insert into application_credential (id, name, secret_hash, user_id) values ($1, $1, 'x', $2) returning internal_id`,
    [`${(serial += 1)} holds ${owners.role}`.slice(0, 64), owners.user],
  );
  for (const [column, kind, beside] of wanted) {
    const row = rowFor(columns, column, owners, kind, {
      ...beside,
      application_credential_id: String(rows[0]!.internal_id),
    });
    const names = Object.keys(row).map((name) => `"${name}"`);
    const marks = names.map((_, at) => `$${at + 1}`);
    await client.query(
      `insert into ${quoted(column.table)} (${names.join()}) values (${marks.join()}) on conflict do nothing`,
      Object.values(row),
    );
  }
  await client.query('set session_replication_role = default');
  return wanted.map(([{ table, column }, kind]) => ({ table, column, kind }));
}

function rowFor(
  columns: Column[],
  target: Column,
  owners: Owners,
  kind: Kind,
  beside: Record<string, string>,
): Record<string, unknown> {
  serial += 1;
  const row: Record<string, unknown> = {};
  for (const each of columns.filter(({ table }) => table === target.table)) {
    const reference = kindOf(each);
    if (each.column === target.column)
      row[each.column] = each.column.endsWith('_ids') ? `["${owners[kind]}"]` : owners[kind];
    else if (each.column in beside) row[each.column] = beside[each.column];
    else if (reference && each.required) row[each.column] = owners[reference];
    else if (each.required) row[each.column] = filler(each);
  }
  return row;
}

function filler({ type, size }: Column): unknown {
  if (type === 'bool') return false;
  if (type === 'timestamp') return '2030-01-01';
  if (type === 'type') return 'UserProject';
  if (type === 'entity_type') return 'user';
  if (type.startsWith('int')) return 900_000 + serial;
  return `p${serial}`.slice(0, size ?? undefined);
}

/** Gives every row of every table but the exempt ones, as text. */
export async function rowsAsText(client: Client): Promise<string[]> {
  const tables = [...new Set((await columnsOf(client)).map(({ table }) => table))].filter(
    (table) => !EXEMPT.has(table),
  );
  const all: string[] = [];
  for (const table of tables) {
    const { rows } = await client.query<{ row: string }>(
      `select t::text as row from ${quoted(table)} t order by 1`,
    );
    all.push(...rows.map(({ row }) => `${table} ${row}`));
  }
  return all;
}

const quoted = (table: string): string => (table.startsWith('keyward.') ? table : `public."${table}"`);
