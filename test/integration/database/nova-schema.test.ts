import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../../src/database/database.ts';
import { keystoneSchema } from '../../../src/database/keystone/schema.ts';
import { novaApiSchema } from '../../../src/database/nova-api/schema.ts';
import { novaCellSchema } from '../../../src/database/nova-cell/schema.ts';
import type { Schema } from '../../../src/database/schema.ts';
import { SchemaService } from '../../../src/services/schema-service.ts';
import { catalogOf, publicCatalog } from '../../support/cloud/catalog.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { recorded } from '../../support/cloud/recorded.ts';
import { exactRows } from '../../support/cloud/rows.ts';

const NO_KEYWARD = "select from pg_namespace where nspname = 'keyward'";

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(() => server.stop());

/** Makes a database of what upstream's own command leaves there: tables, and no row but alembic's. */
async function theirs(file: string, revision: string): Promise<string> {
  const { database } = await server.createDatabase({ empty: true });
  await server.query(database, recorded(file));
  await server.query(database, `insert into alembic_version values ('${revision}')`);
  return database;
}

async function using<T>(
  schema: Schema,
  database: string,
  use: (service: SchemaService) => Promise<T>,
): Promise<T> {
  const opened = openDatabase({ ...server.address, database }, schema);
  try {
    return await use(new SchemaService(opened));
  } finally {
    await opened.close();
  }
}
const sync = (schema: Schema, database: string) => using(schema, database, (service) => service.sync());

const API = { schema: novaApiSchema, file: 'nova/schema-api.sql', tables: 32 };
const CELL = { schema: novaCellSchema, file: 'nova/schema-cell.sql', tables: 111 };
const API_FILES = [
  'nova-api/001-nova-api-34.0.0.sql',
  'keyward-compute-api/001-audit.sql',
  'keyward-compute-api/002-request.sql',
  'keyward-compute-api/003-notification.sql',
];
const CELL_FILES = [
  'nova-cell/001-nova-34.0.0.sql',
  'keyward-cell/001-audit.sql',
  'keyward-cell/002-host.sql',
  'keyward-cell/003-request.sql',
  'keyward-cell/004-lock.sql',
];

describe.each([
  { ...API, files: API_FILES, table: 'key_pairs', type: 'keypair_types' },
  { ...CELL, files: CELL_FILES, table: 'instances', type: 'instances0locked_by' },
])("db sync of Nova's $schema.name", ({ schema, file, tables, files, table, type }) => {
  const head = schema.heads.expand.revision;
  let ours: string;
  let catalog: string[];
  beforeAll(async () => {
    const { database } = await server.createDatabase({ empty: true });
    expect(await sync(schema, database)).toEqual({ state: 'empty', applied: files });
    ours = database;
    catalog = await publicCatalog(server, ours);
  });

  it('makes the public schema exactly that of Nova 34.0.0, and the rows that nova-manage leaves', async () => {
    const real = await theirs(file, head);
    expect(catalog).toEqual(await publicCatalog(server, real));
    const counted = "select from pg_tables where schemaname = 'public'";
    expect(await server.query(ours, counted)).toHaveLength(tables);
    const publicRows = (rows: string): string[] =>
      rows.split('\n').filter((row) => !row.startsWith('keyward.'));
    expect(publicRows(await exactRows(server, ours))).toEqual(publicRows(await exactRows(server, real)));
  });

  it.each([
    `alter table ${table} add column planted int`,
    `alter table ${table} drop column updated_at, add column updated_at timestamp`,
    `alter table ${table} alter column id type bigint`,
    `alter table ${table} alter column id drop default`,
    `alter table ${table} alter column user_id set default 'x'`,
    `alter table ${table} alter column user_id type varchar(254)`,
    `alter table ${table} drop constraint ${table}_pkey cascade`,
    `create index planted on ${table} (user_id)`,
    `alter type ${type} add value 'Planted'`,
    `alter type ${type} rename to planted`,
    `alter sequence ${table}_id_seq owned by none`,
    `alter sequence ${table}_id_seq as bigint`,
    'create table planted ()',
    'create sequence planted',
  ])('and the comparison would see: %s', async (damage) => {
    const client = await server.connect(ours);
    await client.query(`begin; ${damage}`);
    const after = await catalogOf(async (sql) => (await client.query<{ fact: string }>(sql)).rows);
    await client.end();
    expect(after).not.toEqual(catalog);
  });

  it('adopts what nova-manage made, and adds only the schema keyward', async () => {
    const database = await theirs(file, head);
    const before = await publicCatalog(server, database);
    const stateOf = () => using(schema, database, (service) => service.state());
    expect(await stateOf()).toEqual({ state: 'keyward-needed', refusal: null });
    expect(await sync(schema, database)).toEqual({ state: 'current', applied: files.slice(1) });
    expect(await sync(schema, database)).toEqual({ state: 'current', applied: [] });
    expect(await stateOf()).toEqual({ state: 'current', refusal: null });
    expect(await publicCatalog(server, database)).toEqual(before);
    expect(await using(schema, database, (service) => service.version())).toBe(head);
  });

  describe('at another revision', () => {
    let database: string;
    beforeAll(async () => {
      database = await theirs(file, head);
    });

    it.each([
      ...schema.olderHeads.map((revision) => [revision, 'expand-needed']),
      ['feedfacebeef', 'unknown'],
    ])('is refused untouched: %s is %s', async (revision, state) => {
      await server.query(database, 'update alembic_version set version_num = $1', [revision]);
      const before = await exactRows(server, database);
      expect(await using(schema, database, (service) => service.state())).toMatchObject({ state });
      const cure = `Run \`${schema.heads.expand.command}\` of Nova 34.0.0 on it, then repeat the command.`;
      await expect(sync(schema, database)).rejects.toMatchObject({
        name: 'SchemaRevision',
        cure: state === 'unknown' ? expect.stringMatching(/^If a newer Nova made it/) : cure,
      });
      expect(await publicCatalog(server, database)).toEqual(catalog);
      expect(await exactRows(server, database)).toBe(before);
      expect(await server.query(database, NO_KEYWARD)).toEqual([]);
    });
  });

  it('is safe when eight start at once', async () => {
    const { database } = await server.createDatabase({ empty: true });
    const reports = await Promise.all(Array.from({ length: 8 }, () => sync(schema, database)));
    expect(reports.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    expect(await publicCatalog(server, database)).toEqual(catalog);
  });
});

describe('a database of another service, or another one of the same', () => {
  const owners = [
    { whose: "Keystone's", file: 'keystone/schema.sql', revision: '742c857f1dfb', schema: keystoneSchema },
    { whose: "Nova's API", ...API, revision: 'cdeec0c85668' },
    { whose: "a cell's", ...CELL, revision: 'ab450ba04102' },
    { whose: "Placement's", file: 'placement/schema.sql', revision: 'a082b8bb98d0', schema: null },
  ];
  const databases = new Map<string, string>();
  beforeAll(async () => {
    for (const { whose, file, revision } of owners) databases.set(whose, await theirs(file, revision));
  });

  it.each(
    owners.flatMap(({ whose, schema: own }) =>
      [keystoneSchema, novaApiSchema, novaCellSchema]
        .filter((schema) => schema !== own)
        .map((schema) => ({ whose, schema })),
    ),
  )('is refused untouched: $whose database, given as $schema.name', async ({ whose, schema }) => {
    const database = databases.get(whose)!;
    const before = await exactRows(server, database);
    for (const use of ['sync', 'version'] as const)
      await expect(using<unknown>(schema, database, (service) => service[use]())).rejects.toMatchObject({
        name: 'ForeignDatabase',
        cure: `Name an empty database, or one of a ${schema.service}.`,
      });
    expect(await exactRows(server, database)).toBe(before);
    expect(await server.query(database, NO_KEYWARD)).toEqual([]);
  });
});
