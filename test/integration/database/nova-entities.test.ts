import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../../src/database/database.ts';
import { novaApiSchema } from '../../../src/database/nova-api/schema.ts';
import { novaCellSchema } from '../../../src/database/nova-cell/schema.ts';
import { columnsOf, copyRows, jsonRows, type Kind, kindsOf } from '../../support/cloud/entity-rows.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { recorded } from '../../support/cloud/recorded.ts';
import { syncedDatabase } from '../../support/cloud/synced-database.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(() => server.stop());

/** A value for a column that is not the one which a writer would choose, by the column's type. */
const SAMPLES: Record<string, unknown> = {
  varchar: 'ä "quoted" \\ text',
  text: '{"nova_object.name": "X",  "b": [1, null], "a": "é"}',
  int4: -7,
  int8: 9_007_199_254_740_991,
  bool: true,
  float8: 1.5,
  inet: '2001:db8::1',
  timestamp: '2026-01-31 23:59:59.000007',
};
/** What two rows of a table must not have in common. */
const UNIQUE = 'uuid token_hash instance_uuid host name flavorid key project_id'.split(' ');
const SAMPLE_OF: Record<string, unknown> = { config_drive: 'True', deleted: 0 };

/** Plants a row with a value in every column, and one with NULL wherever that may be. */
async function plant(database: string, { tableName }: Kind): Promise<void> {
  const columns = await columnsOf(server, database, tableName);
  for (const [id, isFull] of [
    [101, true],
    [102, false],
  ] as const) {
    const row = Object.fromEntries(
      columns
        .filter(({ name, isNullable }) => isFull || !isNullable || name === 'deleted')
        .map(({ name, type, label }) => [
          name,
          name === 'id' ? id : (SAMPLE_OF[name] ?? label ?? SAMPLES[type]),
        ]),
    );
    for (const key of UNIQUE) if (row[key] !== undefined) row[key] = `${key} ${id}`;
    const names = Object.keys(row).map((name) => `"${name}"`);
    const places = names.map((_, at) => `$${at + 1}`);
    const client = await server.connect(database);
    await client.query('set session_replication_role = replica');
    await client.query(
      `insert into ${tableName} (${names.join()}) values (${places.join()})`,
      Object.values(row),
    );
    await client.end();
  }
}

describe.each([
  { schema: novaApiSchema, rows: 'nova/rows-api.sql', kinds: 8, recordedTables: 5 },
  { schema: novaCellSchema, rows: 'nova/rows-cell.sql.zst', kinds: 10, recordedTables: 8 },
])("the entities of Nova's $schema.name", ({ schema, rows, kinds: count, recordedTables }) => {
  let [theirs, ours]: Database[] = [];
  let kinds: Kind[];
  beforeAll(async () => {
    [theirs, ours] = [await syncedDatabase(server, schema), await syncedDatabase(server, schema)];
    kinds = await kindsOf(theirs);
    await server.query(theirs.address.database, recorded(rows));
  });
  afterAll(async () => {
    await theirs?.close();
    await ours?.close();
  });

  it('have every column of their tables, and nothing else', async () => {
    expect(kinds).toHaveLength(count);
    for (const { tableName, props } of kinds) {
      const columns = await columnsOf(server, theirs!.address.database, tableName);
      expect({ tableName, names: props.flatMap(({ fieldNames }) => fieldNames).toSorted() }).toEqual({
        tableName,
        names: columns.map(({ name }) => name).toSorted(),
      });
      expect({ tableName, nullable: props.filter(({ nullable }) => nullable).length }).toEqual({
        tableName,
        // A row is written with `deleted` 0, never without it.
        nullable: columns.filter(({ name, isNullable }) => isNullable && name !== 'deleted').length,
      });
    }
  });

  it('read and write again, to the byte, the rows that a running Nova left', async () => {
    let filled = 0;
    for (const kind of kinds) {
      const real = await jsonRows(server, theirs!.address.database, kind.tableName);
      if (real.length > 0) filled += 1;
      await copyRows(theirs!, ours!, kind);
      expect(await jsonRows(server, ours!.address.database, kind.tableName)).toEqual(real);
      await server.query(ours!.address.database, `truncate ${kind.tableName} cascade`);
    }
    expect(filled).toBe(recordedTables);
  });

  it('lose no value of any column', async () => {
    for (const kind of kinds) {
      await server.query(theirs!.address.database, `truncate ${kind.tableName} cascade`);
      await plant(theirs!.address.database, kind);
      const planted = await jsonRows(server, theirs!.address.database, kind.tableName);
      expect(planted).toHaveLength(2);
      await copyRows(theirs!, ours!, kind);
      expect(await jsonRows(server, ours!.address.database, kind.tableName)).toEqual(planted);
    }
  });
});
