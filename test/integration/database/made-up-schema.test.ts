import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineEntity, p } from '@mikro-orm/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { keystoneSchema } from '../../../src/database/keystone/schema.ts';
import type { Schema } from '../../../src/database/schema.ts';
import { SchemaService } from '../../../src/services/schema-service.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';

const CELLAR = `
  create table cellar (id int primary key, name text not null);
  create table bottle (id int primary key, cellar_id int references cellar);
  create table alembic_version (version_num varchar(32) not null);
  insert into alembic_version values ('5eed')`;

const Cellar = defineEntity({
  name: 'Cellar',
  tableName: 'cellar',
  properties: { id: p.integer().primary(), name: p.string() },
});

/** The database of a service that is not Keystone, with one line of revisions, as Nova has. */
const schemaIn = (folder: string): Schema => ({
  name: 'cellar',
  sync: 'keyward db sync cellar',
  audit: 'keyward audit list',
  service: 'Vintner',
  release: '7.1.0',
  setting: 'VINTNER_URL',
  landmarks: ['cellar', 'bottle'],
  heads: { expand: { revision: '5eed', command: 'vintner-manage db sync' }, contract: null },
  olderHeads: ['01d'],
  migrations: {
    upstream: { name: 'vintner', folder: path.join(folder, 'vintner') },
    keyward: { name: 'keyward-vintner', folder: path.join(folder, 'keyward-vintner') },
  },
  entities: [Cellar],
});

let server: TestPostgres;
let folder: string;
let schema: Schema;
beforeAll(async () => {
  server = await TestPostgres.start();
  folder = mkdtempSync(path.join(tmpdir(), 'keyward-test-'));
  schema = schemaIn(folder);
  for (const { folder: set } of Object.values(schema.migrations)) mkdirSync(set);
  writeFileSync(path.join(schema.migrations.upstream.folder, '001-cellar.sql'), CELLAR);
  writeFileSync(
    path.join(schema.migrations.keyward.folder, '001-note.sql'),
    'create table keyward.note (id int)',
  );
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** A database with what `sql` makes in it, opened as the made-up service's or (`as`) as another's. */
async function on<T>(
  { sql = '', as = schema }: { sql?: string; as?: Schema },
  use: (service: SchemaService, database: Database) => Promise<T>,
): Promise<T> {
  const address = await server.createDatabase({ empty: true });
  await server.query(address.database, sql);
  const database = openDatabase(address, as);
  try {
    return await use(new SchemaService(database), database);
  } finally {
    await database.close();
  }
}

describe("a schema that is not Keystone's needs nothing but its own object", () => {
  it('is made in an empty database, and only once', () =>
    on({}, async (service, database) => {
      expect(await service.state()).toEqual({ state: 'empty', refusal: null });
      const applied = ['vintner/001-cellar.sql', 'keyward-vintner/001-note.sql'];
      expect(await service.sync()).toEqual({ state: 'empty', applied });
      expect(await service.sync()).toEqual({ state: 'current', applied: [] });
      expect(await service.version()).toBe('5eed');
      expect(await database.read((em) => em.count(Cellar, {}))).toBe(0);
    }));

  it("is adopted where the service made it, and then only keyward's own tables are added", () =>
    on({ sql: CELLAR }, async (service) => {
      expect(await service.state()).toEqual({ state: 'keyward-needed', refusal: null });
      expect(await service.sync()).toMatchObject({ applied: ['keyward-vintner/001-note.sql'] });
      expect(await service.state()).toEqual({ state: 'current', refusal: null });
    }));

  it.each([
    [
      'at an older revision',
      `${CELLAR}; update alembic_version set version_num = '01d'`,
      'expand-needed',
      /older revision than Vintner 7\.1\.0/,
      /^Run `vintner-manage db sync` of Vintner 7\.1\.0 on it/,
    ],
    [
      'at an unknown revision',
      `${CELLAR}; update alembic_version set version_num = 'c88cdce8f248'`,
      'unknown',
      /does not know/,
      /^If a newer Vintner made it/,
    ],
    [
      'of somebody else',
      `${CELLAR}; drop table bottle`,
      'foreign',
      /not Vintner's/,
      /^Name an empty database, or one of a Vintner\.$/,
    ],
  ])('is refused %s, untouched', (_, sql, state, message, cure) =>
    on({ sql }, async (service, database) => {
      const refusal = { message: expect.stringMatching(message), cure: expect.stringMatching(cure) };
      expect(await service.state()).toMatchObject({ state, refusal });
      await expect(service.sync()).rejects.toMatchObject(refusal);
      const made = "select from pg_namespace where nspname = 'keyward'";
      expect(await database.read((em) => em.execute(made))).toEqual([]);
    }),
  );

  it("is not taken for Keystone's, nor Keystone's for it", async () => {
    await on({ sql: CELLAR, as: keystoneSchema }, async (service) =>
      expect((await service.state()).state).toBe('foreign'),
    );
    const address = await server.createDatabase();
    const database = openDatabase(address, schema);
    await expect(new SchemaService(database).version()).rejects.toMatchObject({ name: 'ForeignDatabase' });
    await database.close();
  });

  it('is named in errors: its command, its service, its setting', () =>
    on({}, async (_, database) => {
      const ask = (sql: string) => database.read((em) => em.execute(sql));
      await expect(ask('select * from cellar')).rejects.toMatchObject({
        cure: 'Run `keyward db sync cellar`, or name a Vintner database.',
      });
      await expect(ask("do $$ begin raise 'x' using errcode = '25006'; end $$")).rejects.toMatchObject({
        cure: expect.stringContaining('VINTNER_URL'),
      });
    }));
});
