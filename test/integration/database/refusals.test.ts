import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IdentityServices } from '../../../src/engine/identity.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import { bootstrapRequest, runBootstrap } from '../../support/cloud/bootstrap-request.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { actor, hashing } from '../../support/cloud/resources.ts';
import { exactRows } from '../../support/cloud/rows.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
  await server.query('postgres', 'create role onlooker login');
});
afterAll(() => server.stop());

const READS = `grant usage on schema public, keyward to onlooker;
  grant select on all tables in schema public, keyward to onlooker`;
const READ_ONLY = `do $$ begin
  execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`;
const DISK_IS_FULL = `create function full_disk() returns trigger language plpgsql as
    $$ begin raise 'could not extend file: No space left on device' using errcode = '53100'; end $$;
  create trigger full_disk before insert on role execute function full_disk()`;

type Use = (services: IdentityServices) => Promise<unknown>;
const bootstrap: Use = (services) => runBootstrap(services.bootstrap, bootstrapRequest());
const sync: Use = (services) => services.schema.sync();
const createRole: Use = ({ resources }) => resources.create('role', { name: 'r' }, actor, { hashing });
const columnGone = 'alter table role rename column description to label';

describe('what the server refuses is told with its cure, once, and nothing is written', () => {
  it.each<[string, string, Use, Partial<DatabaseAddress>, RegExp, RegExp]>([
    [
      'a bootstrap by a user who may only read',
      READS,
      bootstrap,
      { user: 'onlooker' },
      /42501/,
      /^Grant user onlooker/,
    ],
    [
      'a role by a user who may only read',
      READS,
      createRole,
      { user: 'onlooker' },
      /42501/,
      /^Grant user onlooker/,
    ],
    ['a sync by a user who may make nothing', '', sync, { user: 'onlooker' }, /42501/, /`keyward db sync`/],
    ['a bootstrap of a replica', READ_ONLY, bootstrap, {}, /25006/, /takes writes in KEYWARD_KEYSTONE/],
    ['a role on a replica', READ_ONLY, createRole, {}, /25006/, /takes writes in KEYWARD_KEYSTONE/],
    ['a bootstrap on a full disk', DISK_IS_FULL, bootstrap, {}, /53100/, /^Make room/],
    ['a bootstrap of another schema', columnGone, bootstrap, {}, /42703/, /`keyward db sync --check`/],
  ])('%s', async (_, damage, use, as, message, cure) => {
    const address = await server.createDatabase({ empty: use === sync });
    if (damage) await server.query(address.database, damage);
    const before = await exactRows(server, address.database);
    const error = await server.withServices({ ...address, ...as }, use).catch((caught: Error) => caught);
    expect(error).toMatchObject({
      name: 'DatabaseRefused',
      exitCode: 1,
      message: expect.stringMatching(message),
      cure: expect.stringMatching(cure),
    });
    expect(String(error)).not.toMatch(/insert into|select .* from/i);
    expect(await exactRows(server, address.database)).toBe(before);
  });

  it('a statement of our own that can not be parsed stays a bug', async () => {
    await server.withServices(await server.createDatabase(), async ({ database }) => {
      const broken = database.read((em) => em.execute('selct 1'));
      await expect(broken).rejects.not.toHaveProperty('cure');
    });
  });
});

it('a wrong password is told without being repeated', async () => {
  const [{ file }] = (await server.query('postgres', "select current_setting('hba_file') as file")) as [
    { file: string },
  ];
  await server.query('postgres', "create role locked login password 'right-pw'");
  writeFileSync(file, `local all locked scram-sha-256\n${readFileSync(file, 'utf8')}`);
  await server.query('postgres', 'select pg_reload_conf()');
  const login = (password: string) =>
    server.withServices({ ...server.address, user: 'locked', password }, ({ schema }) => schema.state());
  await expect(login('right-pw')).resolves.toMatchObject({ state: 'empty' });
  const error = (await login('canary-pw').catch((caught: Error) => caught)) as Error & { cure: string };
  expect(error).toMatchObject({
    name: 'DatabaseAuthenticationFailed',
    exitCode: 69,
    message: expect.stringContaining('User locked may not log in'),
  });
  expect(error.message + error.cure).not.toContain('canary-pw');
});
