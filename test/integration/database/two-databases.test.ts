import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { keystoneSchema } from '../../../src/database/keystone/schema.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { until } from '../../support/home/cli.ts';

let server: TestPostgres;
let one: Database;
let other: Database;
beforeAll(async () => {
  server = await TestPostgres.start();
  [one, other] = (await Promise.all(
    [1, 2].map(async () => openDatabase(await server.createDatabase({ empty: true }), keystoneSchema)),
  )) as [Database, Database];
});
afterAll(async () => {
  await Promise.all([one.close(), other.close()]);
  await server.stop();
});

const nameIn = (database: Database, way: 'read' | 'snapshot' = 'read'): Promise<string> =>
  database[way](async (em) => {
    const [row] = await em.execute<[{ name: string }]>('select current_database() as name');
    return row.name;
  });

it.each(['read', 'snapshot'] as const)(
  "a %s inside of another database's transaction goes to its own database",
  async (way) => {
    const inner = await one.transact(null, () => nameIn(other, way));
    expect(inner).toBe(other.address.database);
    expect(await one.snapshot(() => nameIn(other, way))).toBe(other.address.database);
    expect(await nameIn(one, way)).toBe(one.address.database);
  },
);

it('a connection that is cut ends what is under way, and none is made after it', async () => {
  const address = await server.createDatabase({ empty: true });
  const cut = openDatabase(address, keystoneSchema);
  const sleeping = cut.read((em) => em.execute('select pg_sleep(600)'));
  sleeping.catch(() => {});
  const open = (): Promise<object[]> =>
    server.query('postgres', 'select from pg_stat_activity where datname = $1', [address.database]);
  await until(async () => (await open()).length === 1);
  cut.cut('the test wants it');
  await expect(sleeping).rejects.toMatchObject({ name: 'DatabaseUnreachable' });
  await expect(nameIn(cut)).rejects.toMatchObject({ name: 'DatabaseUnreachable' });
  await cut.close();
});
