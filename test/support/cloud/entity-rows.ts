import type { EntityMetadata } from '@mikro-orm/core';
import { type EntityManager, raw } from '@mikro-orm/postgresql';
import type { Database } from '../../../src/database/database.ts';
import type { TestPostgres } from './postgres.ts';

type Column = { name: string; type: string; isNullable: boolean; label: string | null };
export type Kind = Pick<EntityMetadata, 'className' | 'tableName' | 'props' | 'class'>;

/** The kinds of rows of a database's `public` schema that keyward has an entity for. */
export const kindsOf = (database: Database): Promise<Kind[]> =>
  database.read(async (em) =>
    [...em.getMetadata().getAll().values()].filter(({ schema }) => schema !== 'keyward'),
  );

/** Reads what the catalogs say of a table's columns; `label` is the last one of an enum. */
export const columnsOf = (server: TestPostgres, database: string, table: string): Promise<Column[]> =>
  server.query<Column>(
    database,
    `select a.attname as name, t.typname as type, not a.attnotnull as "isNullable",
       (select enumlabel from pg_enum where enumtypid = t.oid order by enumsortorder desc limit 1) as label
     from pg_attribute a join pg_type t on t.oid = a.atttypid
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [table],
  );

/** A table's rows as PostgreSQL writes them in JSON, in the order of the ids. */
export const jsonRows = async (server: TestPostgres, database: string, table: string): Promise<string[]> =>
  (
    await server.query<{ row: string }>(
      database,
      `select to_jsonb(t)::text as row from ${table} t order by id`,
    )
  ).map(({ row }) => row);

/** Reads every row of a kind through its entity and writes it into another database through it again. */
export async function copyRows(from: Database, to: Database, kind: Kind): Promise<void> {
  const { class: entity, props, tableName } = kind;
  const rows = await from.read((em) => em.find(entity, {}, { disableIdentityMap: true }));
  await to.transact(null, async (em) => {
    // The rows that they refer to have no entity each.
    await em.execute('set local session_replication_role = replica');
    for (const row of rows as Record<string, unknown>[]) await insert(em, entity, row, props);
    const sequence = `pg_get_serial_sequence('${tableName}', 'id')`;
    await em.execute(`select setval(${sequence}, max(id)) from ${tableName} having max(id) is not null`);
  });
}

async function insert(
  em: EntityManager,
  entity: Kind['class'],
  row: Record<string, unknown>,
  props: Kind['props'],
): Promise<void> {
  const values = props.map(({ name }) => [name, row[name]]);
  const data = Object.fromEntries(values) as Record<string, unknown>;
  // `softDelete` alone writes this, of a row that is there.
  if (data['isDeleted']) data['isDeleted'] = raw(String(data['id']));
  await em.insert(entity, data as never);
}
