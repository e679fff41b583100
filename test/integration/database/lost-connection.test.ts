import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openDatabase } from '../../../src/database/database.ts';
import { keystoneSchema } from '../../../src/database/keystone/schema.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(() => server.stop());

const kill = (): Promise<object[]> =>
  server.query(
    'postgres',
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'keyward'",
  );

it('a transaction that loses its connection costs the pool nothing', async () => {
  const database = openDatabase(server.address, keystoneSchema, { poolSize: 10 });
  // More than the pool has.
  for (let round = 0; round < 12; round++) {
    const lost = database.transactOnce(null, async (em) => {
      await em.execute('select 1');
      await kill();
      await em.execute('select 1');
    });
    await expect(lost).rejects.toThrow();
  }
  expect(await database.read((em) => em.execute('select 1 as one'))).toEqual([{ one: 1 }]);
  await database.close();
});

it('closing ends, also when a connection has just been lost', async () => {
  const database = openDatabase(server.address, keystoneSchema, { poolSize: 10 });
  const lost = database.transactOnce(null, async (em) => {
    await em.execute('select 1');
    await kill();
    await em.execute('select 1');
  });
  await expect(lost).rejects.toThrow();
  await database.close();
});
