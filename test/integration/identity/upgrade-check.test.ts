import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { targetOf } from '../../../src/config/target.ts';
import { openIdentity } from '../../../src/engine/identity.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import { CheckCode, type CheckOutcome } from '../../../src/rules/upgrade-check.ts';
import { CheckDatabase } from '../../../src/services/check-database.ts';
import { bootstrapRequest, runBootstrap } from '../../support/cloud/bootstrap-request.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { actor, hashing } from '../../support/cloud/resources.ts';
import { JSON_TO_YAML, ROLES, runSuite, TRUSTS } from '../../support/checks/keystone-suite.ts';

let server: TestPostgres;
let bootstrapped: string;
let etc: string;
beforeAll(async () => {
  server = await TestPostgres.start();
  const address = await server.createDatabase();
  bootstrapped = address.database;
  const synced = new Set(insertsOf('rows-after-db-sync.sql'));
  const added = insertsOf('rows-after-bootstrap.sql').filter((line) => !synced.has(line));
  await server.query(bootstrapped, `set session_replication_role = replica; ${added.join('\n')}`);
});
afterAll(() => server.stop());
beforeEach(() => {
  etc = mkdtempSync(path.join(tmpdir(), 'keyward-etc-'));
  writeFileSync(file('keystone.conf'), '[oslo_policy]\npolicy_file = policy.yaml\n');
});
afterEach(() => rmSync(etc, { recursive: true }));

function insertsOf(name: string): string[] {
  const dump = readFileSync(`test/fixtures/upstream/keystone/${name}`, 'utf8');
  return dump.split('\n').filter((line) => line.startsWith('INSERT'));
}

const file = (name: string): string => path.join(etc, name);

async function copyOfBootstrapped(damage = ''): Promise<DatabaseAddress> {
  const database = `copy_${randomUUID().replaceAll('-', '')}`;
  await server.query('postgres', `create database ${database} template ${bootstrapped}`);
  if (damage) await server.query(database, damage);
  return { ...server.address, database };
}

async function check(address: DatabaseAddress): Promise<Record<string, CheckOutcome>> {
  const { database, close } = await openIdentity(address);
  return runSuite(new CheckDatabase(database), file('keystone.conf')).finally(close);
}

/** Does what the remedy's command line says, with a password for a cloud that has no admin user yet. */
async function applyRemedy(address: DatabaseAddress, remedy: string): Promise<void> {
  const words = remedy.split(' ');
  if (remedy.startsWith('keyward db sync')) {
    await server.withServices(address, ({ schema }) => schema.sync());
    return;
  }
  if (remedy.startsWith('keyward role set --immutable ')) {
    const names = words.slice(4, words.indexOf('--config-file'));
    await server.withServices(address, async ({ resources }) => {
      for (const nameOrId of names)
        await resources.update('role', { nameOrId }, { options: { immutable: true } }, actor, { hashing });
    });
    return;
  }
  expect(words.slice(0, 2)).toEqual(['keyward', 'bootstrap']);
  const roleName = words[words.indexOf('--bootstrap-role-name') + 1]!;
  const request = bootstrapRequest({
    target: targetOf(address),
    passwordForNewUserOnly: true,
    roleName: words.includes('--bootstrap-role-name') ? roleName : 'admin',
    publicUrl: null,
    internalUrl: null,
    adminUrl: null,
    regionId: null,
    roleImmutability: words.includes('--immutable-roles') ? 'immutable' : 'default',
  });
  await server.withServices(address, ({ bootstrap }) => runBootstrap(bootstrap, request));
}

const optionOf = (role: string, value: string): string =>
  `update role_option set option_value = ${value} where role_id = (select id from role where name = '${role}' and domain_id = '<<null>>');`;
const without = (role: string): string =>
  `delete from role where name = '${role}' and domain_id = '<<null>>';`;

it('agrees with upstream on what a real keystone-manage made', async () => {
  const outcomes = await check(await copyOfBootstrapped());
  expect(Object.values(outcomes).map(({ title, code, details }) => [title, code, details])).toEqual([
    ['Check trust policies are not empty', CheckCode.success, 'Trust policies are safe.'],
    ['Check default roles are immutable', CheckCode.success, 'Default roles are immutable.'],
    ['Policy File JSON to YAML Migration', CheckCode.success, null],
  ]);
});

describe('default roles', () => {
  /** As `--bootstrap-username ops --bootstrap-project-name ops` leaves it. */
  const ofOps = `update local_user set name = 'ops'; update project set name = 'ops' where name = 'admin';`;
  const standIn = `update role set name = 'boss' where name = 'admin';`;
  it.each([
    ['a mutable reader', optionOf('reader', "'false'"), CheckCode.failure, 'Roles are not immutable: reader'],
    [
      'no options at all',
      'delete from role_option',
      CheckCode.failure,
      'Roles are not immutable: reader, member, admin',
    ],
    [
      'an option that is null',
      optionOf('member', 'null'),
      CheckCode.failure,
      'Roles are not immutable: member',
    ],
    [
      'an option that is no JSON',
      optionOf('admin', "'True'"),
      CheckCode.failure,
      "The immutable option of these roles is no valid JSON, so that Keystone can't list roles: admin (True)",
    ],
    ['a deleted reader', without('reader'), CheckCode.failure, 'Default roles are missing: reader'],
    ['a deleted member', without('member'), CheckCode.failure, 'Default roles are missing: member'],
    ['a deleted admin', without('admin'), CheckCode.failure, 'Default roles are missing: admin'],
    [
      'a mutable manager',
      optionOf('manager', "'false'"),
      CheckCode.warning,
      'Roles are not immutable: manager',
    ],
    [
      'a mutable service',
      optionOf('service', "'false'"),
      CheckCode.warning,
      'Roles are not immutable: service',
    ],
    [
      'a mutable stand-in for admin',
      standIn + optionOf('boss', "'false'"),
      CheckCode.warning,
      'Roles are not immutable: boss',
    ],
    [
      "a mutable role of another admin's cloud",
      ofOps + optionOf('reader', "'false'"),
      CheckCode.failure,
      'Roles are not immutable: reader',
    ],
  ])('%s: told, and green after the remedy', async (_, damage, code, details) => {
    const address = await copyOfBootstrapped(damage);
    const { [ROLES]: outcome } = await check(address);
    expect(outcome).toMatchObject({ code, details });
    await applyRemedy(address, outcome!.remedy!);
    expect((await check(address))[ROLES]?.code).toBe(CheckCode.success);
    expect(await server.query(address.database, 'select from local_user')).toHaveLength(1);
  });

  it('that were never bootstrapped are a warning, and green after the remedy', async () => {
    const address = await server.createDatabase();
    const { [ROLES]: outcome } = await check(address);
    expect(outcome).toMatchObject({
      code: CheckCode.warning,
      details: 'There are no default roles: this Keystone has not been bootstrapped yet.',
      remedy: `keyward bootstrap --config-file ${file('keystone.conf')}`,
    });
    await applyRemedy(address, outcome!.remedy!);
    expect((await check(address))[ROLES]?.code).toBe(CheckCode.success);
  });

  it('an admin role of another name is named', async () => {
    expect((await check(await copyOfBootstrapped(standIn)))[ROLES]).toMatchObject({
      code: CheckCode.success,
      details: 'Default roles are immutable. In the place of admin there is boss, which implies manager.',
    });
  });

  it('"true" and 1 count, and so does no domain\'s own reader', async () => {
    const ofDomain = `insert into role (id, name, extra, domain_id) values ('own', 'reader', '{}', 'default')`;
    const damage = optionOf('reader', `'"true"'`) + optionOf('member', "'1'") + ofDomain;
    expect((await check(await copyOfBootstrapped(damage)))[ROLES]?.code).toBe(CheckCode.success);
  });

  it('an option of another role that is no JSON is mended by the statement that the remedy gives', async () => {
    const address = await copyOfBootstrapped(
      `insert into role (id, name, extra) values ('o1', 'observer', '{}'); insert into role_option values ('o1', 'IMMU', 'True')`,
    );
    const { [ROLES]: outcome } = await check(address);
    expect(outcome?.details).toContain('observer (True)');
    await server.query(address.database, outcome!.remedy!.replace('run in the identity database: ', ''));
    expect((await check(address))[ROLES]?.code).toBe(CheckCode.success);
  });
});

describe('a database that does not let itself be checked', () => {
  const filesAreFine = { [TRUSTS]: { code: CheckCode.success }, [JSON_TO_YAML]: { code: CheckCode.success } };

  it('without tables is named as not synced, and is after the remedy', async () => {
    const address = await server.createDatabase({ empty: true });
    const outcomes = await check(address);
    expect(outcomes).toMatchObject({ ...filesAreFine, [ROLES]: { code: CheckCode.failure } });
    expect(outcomes[ROLES]!.details).toMatch(/^The database is not synced\. /);
    await applyRemedy(address, outcomes[ROLES]!.remedy!);
    expect((await check(address))[ROLES]?.code).toBe(CheckCode.warning);
  });

  it.each([
    ['down', { host: '/nowhere' }],
    ['of another name', { database: 'nosuchdb' }],
    ['closed to this user', { user: 'stranger' }],
  ])('that is %s fails its check alone, and tells no password', async (_, change) => {
    const outcomes = await check({ ...server.address, password: 'canary', ...change });
    expect(outcomes).toMatchObject({ ...filesAreFine, [ROLES]: { code: CheckCode.failure } });
    expect(outcomes[ROLES]!.details).toMatch(/^This could not be checked\. /);
    expect(outcomes[ROLES]!.remedy).toBeTruthy();
    expect(JSON.stringify(outcomes)).not.toMatch(/canary|postgresql:/);
  });

  it("that is another service's is not to be synced", async () => {
    const address = await server.createDatabase({ empty: true });
    await server.query(address.database, 'create table instances (id int)');
    const { [ROLES]: outcome } = await check(address);
    expect(outcome).toMatchObject({
      code: CheckCode.failure,
      details: expect.stringMatching(/holds tables that are not Keystone's\.$/),
      remedy: 'Name an empty database, or one of a Keystone.',
    });
  });

  it('that refuses the statement fails without repeating it', async () => {
    const address = await copyOfBootstrapped('alter table role rename column name to label');
    const { [ROLES]: outcome } = await check(address);
    expect(outcome).toMatchObject({
      code: CheckCode.failure,
      details: expect.stringMatching(/answered 42703: column role\.name does not exist\.$/),
    });
    expect(outcome!.details).not.toContain('select');
  });
});

it('writes nothing, and could not', async () => {
  const address = await copyOfBootstrapped('delete from role_option');
  const writes = `select sum(n_tup_ins + n_tup_upd + n_tup_del)::int as rows from pg_stat_all_tables`;
  const before = await server.query(address.database, writes);
  await check(address);
  expect(await server.query(address.database, writes)).toEqual(before);
  await server.withServices(address, async ({ database }) => {
    const write = new CheckDatabase(database).read((tables) => tables.deleteFrom('role').execute());
    await expect(write).rejects.toMatchObject({ message: expect.stringMatching(/answered 25006/) });
  });
});
