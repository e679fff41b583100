import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createUpgradeCheckActivities } from '../../../src/activities/upgrade-check.ts';
import { openPolicyFiles } from '../../../src/config/policy-files.ts';
import { targetOf } from '../../../src/config/target.ts';
import { openIdentity } from '../../../src/engine/identity-services.ts';
import type { BootstrapRequest } from '../../../src/rules/bootstrap-request.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import { CheckCode, type CheckOutcome, type UpgradeCheckRequest } from '../../../src/rules/upgrade-check.ts';
import { CheckDatabase } from '../../../src/services/identity/check-database.ts';
import { TestPostgres } from '../../support/postgres.ts';

const ROLES = 'identity-default-roles-immutable';
const TRUSTS = 'identity-trust-policies-not-empty';
const JSON_TO_YAML = 'identity-policy-file-json-to-yaml';

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

/** The suite as the worker runs it, with each check's outcome by its id. */
async function check(address: DatabaseAddress): Promise<Record<string, CheckOutcome>> {
  const { orm, close } = await openIdentity(address);
  const activities = createUpgradeCheckActivities({
    database: new CheckDatabase(orm, address),
    policyFiles: (paths) => openPolicyFiles(paths, []),
  });
  const request: UpgradeCheckRequest = {
    target: targetOf(address),
    requestId: randomUUID(),
    suite: 'keystone',
    hostname: 'here',
    configFiles: [file('keystone.conf')],
    configDirs: [],
  };
  try {
    const checks = await activities.listChecks(request);
    const outcomes = await Promise.all(checks.map(({ id }) => activities.runCheck({ id, request })));
    return Object.fromEntries(outcomes.map((outcome) => [outcome.id, outcome]));
  } finally {
    await close();
  }
}

/** Does what the remedy's command line says, with a password for a cloud that has no admin user yet. */
async function applyRemedy(address: DatabaseAddress, remedy: string): Promise<void> {
  const words = remedy.split(' ');
  if (remedy.startsWith('keyward db sync')) {
    await server.withServices(address, ({ schema }) => schema.sync());
    return;
  }
  expect(words.slice(0, 2)).toEqual(['keyward', 'bootstrap']);
  const roleName = words[words.indexOf('--bootstrap-role-name') + 1]!;
  const request: BootstrapRequest = {
    target: targetOf(address),
    requestId: randomUUID(),
    requester: { user: 'tester', sudoUser: null, host: 'here' },
    username: 'admin',
    password: 'a password',
    passwordForNewUserOnly: true,
    projectName: 'admin',
    roleName: words.includes('--bootstrap-role-name') ? roleName : 'admin',
    serviceName: 'keystone',
    publicUrl: null,
    internalUrl: null,
    adminUrl: null,
    regionId: null,
    roleImmutability: words.includes('--immutable-roles') ? 'immutable' : 'default',
    defaultDomainId: 'default',
    passwordHashing: { algorithm: 'bcrypt', rounds: 4 },
  };
  await server.withServices(address, ({ bootstrap }) => bootstrap.apply(request));
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
  ])('%s: told, and green after the remedy', async (_, damage, code, details) => {
    const address = await copyOfBootstrapped(damage);
    const { [ROLES]: outcome } = await check(address);
    expect(outcome).toMatchObject({ code, details });
    await applyRemedy(address, outcome!.remedy!);
    expect((await check(address))[ROLES]?.code).toBe(CheckCode.success);
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

describe('policy files', () => {
  let address: DatabaseAddress;
  beforeAll(async () => {
    address = await copyOfBootstrapped();
  });

  it.each(['""', '"@"', '[]', ''])(
    'an override of %s opens trusts, until the keys are removed',
    async (value) => {
      writeFileSync(
        file('policy.yaml'),
        `"identity:get_trust": ${value}\n"identity:list_trusts": ${value}\n"identity:get_user": ""\n`,
      );
      const { [TRUSTS]: outcome } = await check(address);
      expect(outcome?.code).toBe(CheckCode.failure);
      expect(outcome?.details).toMatch(
        /^Policy check string for rules "identity:list_trusts", "identity:get_trust" are/,
      );
      const [, keys, where] = /^remove the keys (.*) from (\S+), or/.exec(outcome!.remedy!)!;
      const kept = readFileSync(where!, 'utf8')
        .split('\n')
        .filter((line) => !keys!.split(', ').some((key) => line.startsWith(key)));
      writeFileSync(where!, kept.join('\n'));
      expect((await check(address))[TRUSTS]?.code).toBe(CheckCode.success);
    },
  );

  it('a rule that Keystone can not read is a failure', async () => {
    writeFileSync(file('policy.yaml'), 'identity:get_trust: true');
    expect((await check(address))[TRUSTS]).toMatchObject({
      code: CheckCode.failure,
      details: 'The rules "identity:get_trust" are neither strings nor lists, which Keystone can\'t read.',
    });
  });

  it('of JSON is a failure by whatever name, until it is converted', async () => {
    writeFileSync(file('policy.yaml'), '{"identity:get_user": "role:admin"}');
    const { [JSON_TO_YAML]: outcome } = await check(address);
    expect(outcome).toMatchObject({
      code: CheckCode.failure,
      details: expect.stringMatching(/^Your policy file is JSON-formatted/),
    });
    const [, output] = /--output-file (\S+); then move \1 to \S+$/.exec(outcome!.remedy!)!;
    writeFileSync(output!, '"identity:get_user": "role:admin"');
    renameSync(output!, file('policy.yaml'));
    expect((await check(address))[JSON_TO_YAML]?.code).toBe(CheckCode.success);
  });

  it('policy.json that nothing reads any more is a warning, until it is converted and named', async () => {
    writeFileSync(file('keystone.conf'), '');
    writeFileSync(file('policy.json'), '{"identity:get_user": "role:admin"}');
    const { [JSON_TO_YAML]: outcome } = await check(address);
    expect(outcome?.code).toBe(CheckCode.warning);
    const [, output] = /--output-file (\S+); then set policy_file = \1 in section \[oslo_policy\]/.exec(
      outcome!.remedy!,
    )!;
    renameSync(file('policy.json'), output!);
    writeFileSync(output!, '"identity:get_user": "role:admin"');
    writeFileSync(file('keystone.conf'), `[oslo_policy]\npolicy_file = ${output}`);
    expect((await check(address))[JSON_TO_YAML]?.code).toBe(CheckCode.success);
  });

  it.each([
    ['is no YAML', () => writeFileSync(file('policy.yaml'), 'a: @'), [TRUSTS]],
    [
      'is no file',
      () => writeFileSync(file('keystone.conf'), `[oslo_policy]\npolicy_file = ${etc}`),
      [TRUSTS, JSON_TO_YAML],
    ],
    [
      'is named by a configuration that has gone',
      () => rmSync(file('keystone.conf')),
      [TRUSTS, JSON_TO_YAML],
    ],
  ])('one that %s fails its checks, and the others still show', async (_, damage, failing) => {
    damage();
    const outcomes = await check(address);
    const failed = Object.values(outcomes).filter(({ code }) => code === CheckCode.failure);
    expect(failed.map(({ id }) => id)).toEqual(failing);
    for (const { details, remedy } of failed) {
      expect(details).toMatch(/^This could not be checked\. /);
      expect(remedy).toBeTruthy();
    }
  });
});

it('writes nothing, and could not', async () => {
  const address = await copyOfBootstrapped('delete from role_option');
  const writes = `select sum(n_tup_ins + n_tup_upd + n_tup_del)::int as rows from pg_stat_all_tables`;
  const before = await server.query(address.database, writes);
  await check(address);
  expect(await server.query(address.database, writes)).toEqual(before);
  await server.withServices(address, async ({ orm }) => {
    const write = new CheckDatabase(orm, address).read((database) => database.deleteFrom('role').execute());
    await expect(write).rejects.toMatchObject({ message: expect.stringMatching(/answered 25006/) });
  });
});
