import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeDatabaseError } from '../../../src/database/errors.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { keystoneSchema } from '../../../src/database/keystone/schema.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import { RuleError, Transient, Unavailable } from '../../../src/rules/errors.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { PostgresProxy } from '../../support/cloud/postgres-proxy.ts';

/** Takes connections and says nothing; it listens somewhere as soon as the tests run. */
const hole = createServer(() => {});
const SILENT: Partial<DatabaseAddress> = { host: '127.0.0.1', parameters: { connect_timeout: '2' } };
const SILENT_PLAIN: Partial<DatabaseAddress> = { ...SILENT, ssl: 'disable' };
const SILENT_TLS: Partial<DatabaseAddress> = { ...SILENT, ssl: 'require' };

let server: TestPostgres;
let tcp: PostgresProxy;
beforeAll(async () => {
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  for (const address of [SILENT_PLAIN, SILENT_TLS]) address.port = (hole.address() as AddressInfo).port;
  server = await TestPostgres.start();
  tcp = await PostgresProxy.start(server.address, { tcp: true });
  const [{ file }] = (await server.query('postgres', "select current_setting('hba_file') as file")) as [
    { file: string },
  ];
  const rules = ['scram scram-sha-256', 'hashed md5', 'plain password', 'barred reject'];
  writeFileSync(file, [...rules.map((rule) => `local all ${rule}`), readFileSync(file, 'utf8')].join('\n'));
  for (const user of ['scram', 'plain', 'barred', 'crowded', 'hasty'])
    await server.query('postgres', `create role ${user} login password 'secret-pw'`);
  await server.query(
    'postgres',
    `set password_encryption = 'md5'; create role hashed login password 'secret-pw'; alter role crowded connection limit 0;
     alter role hasty set statement_timeout = '100ms'; select pg_reload_conf()`,
  );
});
afterAll(async () => {
  hole.close();
  tcp.stop();
  await server.stop();
});

const NOBODY_THERE = { host: '127.0.0.1', port: 1, ssl: 'disable' } as const;
const ask = async (how: Partial<DatabaseAddress>, sql = 'select 1'): Promise<unknown> => {
  const database = openDatabase({ ...server.address, database: 'postgres', ...how }, keystoneSchema);
  try {
    return await database.read((em) => em.execute(sql));
  } finally {
    await database.close();
  }
};

describe('what is wrong with a database is told with its cure, and says whether a repeat may help', () => {
  it.each<[string, Partial<DatabaseAddress>, string, 'again' | 'never', number, string, RegExp]>([
    ['no password, scram', { user: 'scram' }, '', 'never', 69, 'DatabaseAuthenticationFailed', /give one/],
    ['no password, md5', { user: 'hashed' }, '', 'never', 69, 'DatabaseAuthenticationFailed', /password/],
    ['no password, plain', { user: 'plain' }, '', 'never', 69, 'DatabaseAuthenticationFailed', /password/],
    [
      'a wrong password',
      { user: 'scram', password: 'canary' },
      '',
      'never',
      69,
      'DatabaseAuthenticationFailed',
      /^Correct the user/,
    ],
    [
      'an empty password',
      { user: 'scram', password: '' },
      '',
      'never',
      69,
      'DatabaseAuthenticationFailed',
      /password/,
    ],
    [
      'a user who is not let in',
      { user: 'barred' },
      '',
      'never',
      69,
      'DatabaseAuthenticationFailed',
      /^Correct the user/,
    ],
    ['no such user', { user: 'nowho' }, '', 'never', 69, 'DatabaseAuthenticationFailed', /^Correct/],
    ['no such database', { database: 'nowhere' }, '', 'never', 69, 'DatabaseMissing', /^Create it/],
    ['too many connections', { user: 'crowded' }, '', 'again', 69, 'DatabaseUnreachable', /max_connections/],
    ['nobody listens', NOBODY_THERE, '', 'again', 69, 'DatabaseUnreachable', /reachable/],
    ['nobody answers', SILENT_PLAIN, '', 'again', 69, 'DatabaseUnreachable', /holds connections up/],
    ['nobody answers to TLS', SILENT_TLS, '', 'again', 69, 'DatabaseUnreachable', /holds connections up/],
    ['no such socket', { host: '/nowhere' }, '', 'again', 69, 'DatabaseUnreachable', /reachable/],
    [
      'a statement that takes too long',
      { user: 'hasty' },
      'select pg_sleep(5)',
      'again',
      69,
      'DatabaseTooSlow',
      /statement_timeout/,
    ],
    [
      'a table that may not be read',
      { user: 'scram', password: 'secret-pw' },
      'select * from pg_authid',
      'never',
      1,
      'DatabaseRefused',
      /^Grant user scram/,
    ],
    ['a table that is missing', {}, 'select * from nothing', 'never', 1, 'SchemaMissing', /db sync/],
    [
      'a column that is missing',
      {},
      'select x from pg_class',
      'never',
      1,
      'DatabaseRefused',
      /db sync --check/,
    ],
    [
      'a server in trouble',
      {},
      "do $$ begin raise 'x' using errcode = '58030'; end $$",
      'never',
      1,
      'DatabaseRefused',
      /^See the server's log/,
    ],
  ])('%s', async (_, how, sql, repeat, exitCode, name, cure) => {
    const error = await ask(how, sql || undefined).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name, exitCode, cure: expect.stringMatching(cure), outcome: null });
    expect(error instanceof Transient).toBe(repeat === 'again');
    expect((error as RuleError).message).not.toMatch(/canary|secret-pw|select|terminated/);
  });

  it('TLS that the server does not have', async () => {
    const { host, port } = tcp.address;
    await expect(ask({ host, port, ssl: 'require' })).rejects.toMatchObject({ exitCode: 69 });
    const error = await ask({ host, port, ssl: 'require' }).catch((caught: unknown) => caught);
    expect(error).not.toBeInstanceOf(Transient);
  });
});

const AT = { ...NOBODY_THERE, database: 'd', user: 'u', password: null, sslRootCert: null };
const described = (properties: object, origin?: string): unknown =>
  describeDatabaseError(
    Object.assign(new Error('x'), properties),
    { ...AT, ...(origin && { origin }) },
    keystoneSchema,
  );

it.each<[string, object, object]>([
  ['transient', Transient, { code: '40P01' }],
  ['transient', Transient, { code: '08006' }],
  ['transient', Transient, { code: 'ECONNRESET' }],
  ['transient', Transient, { cause: Object.assign(new Error('x'), { code: '57P01' }) }],
  ['configuration', Unavailable, { code: '28P01' }],
  ['configuration', Unavailable, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
  ['configuration', Unavailable, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
  ['configuration', Unavailable, { code: 'EACCES' }],
  ['permission', RuleError, { code: '42501' }],
  ['refused', RuleError, { code: '23514' }],
  ['bug', Error, { code: '42601' }],
  ['bug', Error, {}],
])('%s, a %p: %j', (kind, type, properties) => {
  const error = described(properties) as RuleError;
  expect(Object.getPrototypeOf(error).constructor).toBe(type);
  expect(String(error.cure).startsWith('Grant user u what is missing')).toBe(kind === 'permission');
});

it.each<[string, Error]>([
  ['pg', new Error('timeout expired')],
  [
    "pg's pool",
    new Error('Connection terminated due to connection timeout', {
      cause: new Error('Connection terminated unexpectedly'),
    }),
  ],
])('a log-in that lasts too long is told in other words than those of %s', (_, error) => {
  const told = describeDatabaseError(new Error('x', { cause: error }), AT, keystoneSchema);
  expect(told).toBeInstanceOf(Transient);
  expect(told).toMatchObject({
    message:
      "The database d at 127.0.0.1:1 can't be used: it gave no answer in the time that a log-in may take.",
  });
});

describe('what sets the address is named as the operator knows it', () => {
  it.each(['28P01', '42501', '25006', 'EACCES'])('%s', (code) => {
    const origin = "'connection' in section [database] of /etc/keystone.conf";
    expect(described({ code }, origin)).toMatchObject({ cure: expect.stringContaining(`${origin}`) });
    expect(described({ code }, origin)).not.toMatchObject({ cure: expect.stringContaining('KEYWARD_') });
    expect(described({ code })).toMatchObject({ cure: expect.stringContaining(keystoneSchema.setting) });
  });
});
