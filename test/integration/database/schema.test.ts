import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { publicCatalog } from '../../support/cloud/catalog.ts';
import type { IdentityServices } from '../../../src/engine/identity.ts';
import { bootstrapRequest, runBootstrap } from '../../support/cloud/bootstrap-request.ts';
import { recorded } from '../../support/cloud/recorded.ts';
import { actor, hashing } from '../../support/cloud/resources.ts';
import { exactRows } from '../../support/cloud/rows.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';

const TABLES = 49;

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(() => server.stop());

const realKeystone = async (): Promise<string> => {
  const { database } = await server.createDatabase({ empty: true });
  await server.query(database, recorded('keystone/schema.sql'));
  await server.query(database, recorded('keystone/rows-after-db-sync.sql'));
  return database;
};
const sync = (database: string) =>
  server.withServices({ ...server.address, database }, ({ schema }) => schema.sync());
const stateOf = (database: string) =>
  server.withServices({ ...server.address, database }, async ({ schema }) => (await schema.state()).state);

describe('db sync', () => {
  it('makes the public schema exactly that of Keystone 30.0.0', async () => {
    const { database } = await server.createDatabase({ empty: true });
    await sync(database);
    const [ours, theirs] = [
      await publicCatalog(server, database),
      await publicCatalog(server, await realKeystone()),
    ];
    expect(ours).toEqual(theirs);
    const tables = await server.query(database, "select from pg_tables where schemaname = 'public'");
    expect(tables).toHaveLength(TABLES);
  });

  it.each([
    'alter table role add column planted int',
    'alter table role alter column description set not null',
    "alter table role alter column description set default 'x'",
    'create index planted on role (description)',
    'alter table role drop constraint ixu_role_name_domain_id',
    "alter type type add value 'Planted'",
    'create sequence planted',
  ])('and the comparison would see: %s', async (damage) => {
    const { database } = await server.createDatabase();
    const before = await publicCatalog(server, database);
    await server.query(database, damage);
    expect(await publicCatalog(server, database)).not.toEqual(before);
  });

  it('leaves the rows that keystone-manage db_sync leaves', async () => {
    const { database } = await server.createDatabase({ empty: true });
    await sync(database);
    const theirs = await realKeystone();
    for (const sql of ['select * from project', 'select * from alembic_version order by 1']) {
      expect(await server.query(database, sql)).toEqual(await server.query(theirs, sql));
    }
  });

  it('adopts a database of a real Keystone and adds only the schema keyward', async () => {
    const database = await realKeystone();
    const before = await publicCatalog(server, database);
    expect(await stateOf(database)).toBe('keyward-needed');
    expect(await sync(database)).toMatchObject({
      state: 'current',
      applied: ['keyward/001-audit.sql', 'keyward/002-user-option.sql', 'keyward/003-request.sql'],
    });
    expect(await publicCatalog(server, database)).toEqual(before);
    expect(await stateOf(database)).toBe('current');
    expect(await sync(database)).toMatchObject({ applied: [] });
  });

  it("knows that one of keyward's own files is still to be applied", async () => {
    const { database } = await server.createDatabase();
    const damage = "delete from keyward.mikro_orm_migrations where name = 'keyward/002-user-option.sql'";
    await server.query(database, `drop table keyward.user_option; ${damage}`);
    expect(await stateOf(database)).toBe('keyward-needed');
    expect(await sync(database)).toMatchObject({ applied: ['keyward/002-user-option.sql'] });
    expect(await stateOf(database)).toBe('current');
  });

  it('is safe when eight start at once', async () => {
    const { database } = await server.createDatabase({ empty: true });
    const reports = await Promise.all(Array.from({ length: 8 }, () => sync(database)));
    expect(reports.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    expect(await stateOf(database)).toBe('current');
  });

  it.each([
    [
      'an older revision',
      "update alembic_version set version_num = '11c3b243b4cb' where version_num = '742c857f1dfb'",
      'SchemaRevision',
      'expand-needed',
    ],
    [
      'a contract that is still due',
      "delete from alembic_version where version_num = 'c88cdce8f248'",
      'SchemaRevision',
      'contract-needed',
    ],
    [
      'an unknown revision',
      "update alembic_version set version_num = 'feedfacebeef'",
      'SchemaRevision',
      'unknown',
    ],
    ['no alembic_version', 'drop table alembic_version', 'ForeignDatabase', 'foreign'],
  ])('refuses %s and touches nothing', async (_, damage, name, state) => {
    const database = await realKeystone();
    if (state === 'unknown')
      await server.query(database, 'alter table alembic_version drop constraint alembic_version_pkc');
    await server.query(database, damage);
    const before = await publicCatalog(server, database);
    const error = (await sync(database).catch((caught: Error) => caught)) as Error & { cure: string };
    expect(error).toMatchObject({ name, cure: expect.stringMatching(/\w/) });
    // An older keystone-manage must not be let loose on a newer database.
    if (state === 'unknown') expect(error.cure).not.toContain('db_sync');
    expect(await stateOf(database)).toBe(state);
    expect(await publicCatalog(server, database)).toEqual(before);
    expect(await server.query(database, "select from pg_namespace where nspname = 'keyward'")).toEqual([]);
  });
});

describe('a database of another service, which uses alembic too', () => {
  it.each<[string, (services: IdentityServices) => Promise<unknown>]>([
    ['db sync', ({ schema }) => schema.sync()],
    ['db version', ({ schema }) => schema.version()],
    ['a dry run', ({ bootstrap }) => bootstrap.plan(bootstrapRequest())],
    ['a bootstrap', ({ bootstrap }) => runBootstrap(bootstrap, bootstrapRequest())],
    ['a new role', ({ resources }) => resources.create('role', { name: 'r' }, actor, { hashing })],
  ])('is refused to %s, with no cure that would write to it', async (_, use) => {
    const address = await server.createDatabase({ empty: true });
    await server.query(
      address.database,
      `create table instances (id int); create table alembic_version (version_num varchar(32));
       insert into alembic_version values ('960aac0e09ea')`,
    );
    const before = await exactRows(server, address.database);
    const error = (await server.withServices(address, use).catch((caught: Error) => caught)) as Error & {
      cure: string;
    };
    expect(error).toMatchObject({ name: 'ForeignDatabase', exitCode: 1 });
    expect(error.cure).toMatch(/^Name /);
    expect(error.cure).not.toMatch(/sync/);
    expect(await exactRows(server, address.database)).toBe(before);
  });
});

describe('a database that can not be used', () => {
  it.each([
    ['a missing database', { database: 'nosuch' }, 'DatabaseMissing', 69],
    ['an unknown user', { user: 'nobody-here' }, 'DatabaseAuthenticationFailed', 69],
    ['a refused port', { host: '127.0.0.1', port: 1 }, 'DatabaseUnreachable', 69],
    ['a missing socket', { host: '/nonexistent' }, 'DatabaseUnreachable', 69],
  ])('%s is named, with its cure and without its password', async (_, where, name, exitCode) => {
    const address = { ...server.address, password: 'canary-pw', ...where };
    const error = await server
      .withServices(address, ({ schema }) => schema.state())
      .catch((caught: Error) => caught);
    expect(error).toMatchObject({ name, exitCode, cure: expect.stringMatching(/\w/) });
    expect(JSON.stringify(error) + String(error)).not.toContain('canary-pw');
  });
});
