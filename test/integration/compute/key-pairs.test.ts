import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { patienceFor } from '../../../src/database/patience.ts';
import { findKeyPair } from '../../../src/database/nova-api/key-pair.repository.ts';
import { novaApiSchema } from '../../../src/database/nova-api/schema.ts';
import type { ComputeServices } from '../../../src/engine/open-compute.ts';
import type { KeyPair } from '../../../src/rules/compute/key-pair.ts';
import { actor, openTestCompute } from '../../support/cloud/cells.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { once, PostgresProxy } from '../../support/cloud/postgres-proxy.ts';
import { syncedDatabase } from '../../support/cloud/synced-database.ts';
import { GOOD_KEYS } from '../../support/public-keys.ts';

let server: TestPostgres;
let services: ComputeServices;
let proxy: PostgresProxy;
let faulty: ComputeServices;
beforeAll(async () => {
  server = await TestPostgres.start();
  const database = await syncedDatabase(server, novaApiSchema);
  await database.close();
  services = await openTestCompute(database.address, { poolSize: 10 });
  proxy = await PostgresProxy.start(database.address);
  faulty = await openTestCompute(proxy.address, { patience: { ...patienceFor(), settleMs: 500 } });
});
afterAll(async () => {
  await faulty?.close();
  proxy?.stop();
  await services?.close();
  await server.stop();
});

const query = <T extends object>(sql: string, values: unknown[] = []): Promise<T[]> =>
  server.query<T>(services.address.database, sql, values);
const auditOf = (requestId: string) =>
  query(
    'select action, resource_type, resource_name, before, after from keyward.audit where request_id = $1',
    [requestId],
  );
const TEXT = GOOD_KEYS['with a line break after it']!;
async function create(userId: string, name: string, { by = actor(), on = services } = {}): Promise<KeyPair> {
  return on.keyPairs.create({ userId, name, ...(await on.keyPairs.readPublicKey(TEXT)) }, by);
}
async function namesOf(userId: string, page: { limit?: number; marker?: string } = {}): Promise<string[]> {
  const names: string[] = [];
  for await (const pairs of services.keyPairs.list(userId, page))
    names.push(...pairs.map(({ name }) => name));
  return names;
}

it('a key pair is the row that Nova writes, and an entry of the audit', async () => {
  const by = actor();
  const made = await create('alice', 'laptop', { by });
  const [row] = await query<Record<string, unknown>>(
    `select *, extract(epoch from (clock_timestamp() at time zone 'UTC') - created_at) < 60 as is_new
     from key_pairs where user_id = 'alice'`,
  );
  expect(row).toEqual({
    id: made.id,
    name: 'laptop',
    user_id: 'alice',
    fingerprint: expect.stringMatching(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/),
    public_key: TEXT,
    type: 'ssh',
    created_at: expect.any(Date),
    updated_at: null,
    is_new: true,
  });
  const after = {
    user_id: 'alice',
    name: 'laptop',
    type: 'ssh',
    fingerprint: made.fingerprint,
    public_key: TEXT,
  };
  expect(await auditOf(by.requestId)).toEqual([
    { action: 'create', resource_type: 'key pair', resource_name: 'laptop', before: null, after },
  ]);
  expect(await services.keyPairs.show({ userId: 'alice', name: 'laptop' })).toEqual(made);
  expect(await services.database.read((em) => findKeyPair(em, 'alice', 'laptop'))).toEqual(made);
});

it('its name may be that of another user’s, or differ in case', async () => {
  await create('bob', 'same');
  await create('eve', 'same');
  await create('bob', 'Same');
  expect((await namesOf('bob')).toSorted()).toEqual(['Same', 'same']);
  expect(await services.database.read((em) => findKeyPair(em, 'eve', 'Same'))).toBeNull();
});

describe('refused, and nothing is written:', () => {
  it.each<[string, () => Promise<unknown>, object]>([
    [
      'a name that the user has already',
      () => create('carol', 'taken'),
      { name: 'KeyPairExists', message: "Key pair 'taken' already exists." },
    ],
    ['a name that Nova refuses', () => create('carol', 'a/b'), { name: 'UsageError' }],
    [
      'showing what is not there',
      () => services.keyPairs.show({ userId: 'dave', name: 'taken' }),
      { name: 'NotFound', message: 'Keypair taken not found for user dave.' },
    ],
    [
      "deleting another user's",
      () => services.keyPairs.delete({ userId: 'dave', name: 'taken' }, actor()),
      { name: 'NotFound', outcome: 'unchanged' },
    ],
    [
      'a marker that is no name of theirs',
      () => namesOf('carol', { marker: 'nosuch' }),
      { name: 'NotFound', message: 'Marker nosuch could not be found.' },
    ],
  ])('%s', async (_, refused, expected) => {
    await create('carol', 'taken').catch(() => {});
    const everything = () => query('table key_pairs order by id');
    const [before, audited] = [await everything(), await query('select id from keyward.audit')];
    await expect(refused()).rejects.toMatchObject(expected);
    expect(await everything()).toEqual(before);
    expect(await query('select id from keyward.audit')).toEqual(audited);
  });
});

it('of eight that are made at once with one name, one is made', async () => {
  const all = await Promise.allSettled(Array.from({ length: 8 }, () => create('frank', 'race')));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const errors = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as object] : []));
  for (const error of errors) expect(error).toMatchObject({ name: 'KeyPairExists', outcome: 'unchanged' });
  expect(await query("select from keyward.audit where resource_name = 'race'")).toHaveLength(1);
});

it('of eight that delete it at once, one does; the audit has what it was', async () => {
  const { publicKey } = await create('grace', 'gone');
  const by = Array.from({ length: 8 }, () => actor());
  const all = await Promise.allSettled(
    by.map((each) => services.keyPairs.delete({ userId: 'grace', name: 'gone' }, each)),
  );
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await namesOf('grace')).toEqual([]);
  const entries = (await Promise.all(by.map(({ requestId }) => auditOf(requestId)))).flat();
  expect(entries).toMatchObject([{ action: 'delete', before: { public_key: publicKey }, after: null }]);
});

it('lists are pages in the order of the names, however many there are', async () => {
  await query(
    `insert into key_pairs (user_id, name, type, fingerprint, public_key)
     select 'heidi', 'k' || to_char(n, 'FM0000'), 'ssh', 'f', 'p' from generate_series(1, 2500) n order by random()`,
  );
  const names = Array.from({ length: 2500 }, (_, at) => `k${String(at + 1).padStart(4, '0')}`);
  expect(await namesOf('heidi')).toEqual(names);
  expect(await namesOf('heidi', { limit: 3 })).toEqual(names.slice(0, 3));
  expect(await namesOf('heidi', { limit: 1200, marker: 'k0900' })).toEqual(names.slice(900, 2100));
  expect(await namesOf('nobody')).toEqual([]);
});

describe('a connection that is lost', () => {
  it('before the row is committed leaves nothing', async () => {
    proxy.plan = once(/^insert into "key_pairs"/i, 'cut');
    await expect(create('ivan', 'lost', { on: faulty })).rejects.toMatchObject({ outcome: 'unchanged' });
    expect(await namesOf('ivan')).toEqual([]);
  });

  it('while it is committed is no failure, if the server can be asked', async () => {
    proxy.plan = once(/^commit$/, 'cut-after');
    expect(await create('judy', 'asked', { on: faulty })).toMatchObject({ name: 'asked' });
    expect(await namesOf('judy')).toEqual(['asked']);
  });

  it('for good while it is committed is told as what it is: nobody knows', async () => {
    const by = actor();
    proxy.plan = once(/^commit$/, 'gone');
    await expect(create('kate', 'gone', { by, on: faulty })).rejects.toMatchObject({
      name: 'CommitUnknown',
      outcome: 'unknown',
      exitCode: 75,
      cure: expect.stringContaining(`keyward audit list --service compute --request-id ${by.requestId}`),
    });
  });
});
