import type { EntityMetadata } from '@mikro-orm/core';
import { raw } from '@mikro-orm/postgresql';
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
    const all = (rows as Record<string, unknown>[]).map((row) => columnsIn(row, props));
    const living = all.filter(({ isDeleted }) => !isDeleted);
    if (living.length > 0) await em.insertMany(entity, living as never[]);
    for (const row of all)
      // `softDelete` alone writes this, of a row that is there.
      if (row['isDeleted']) await em.insert(entity, { ...row, isDeleted: raw(String(row['id'])) } as never);
    const sequence = `pg_get_serial_sequence('${tableName}', 'id')`;
    await em.execute(`select setval(${sequence}, max(id)) from ${tableName} having max(id) is not null`);
  });
}

const columnsIn = (row: Record<string, unknown>, props: Kind['props']): Record<string, unknown> =>
  Object.fromEntries(props.map(({ name }) => [name, row[name]]));
