import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome } from '../support/cli.ts';
import { RealKeystone } from '../support/real-keystone.ts';

const PASSWORD = 'interop-Pw-1';
const URL = 'http://127.0.0.1:5000/v3';
const BOOTSTRAP = [
  'bootstrap',
  ...['public', 'internal', 'admin'].flatMap((face) => [`--bootstrap-${face}-url`, URL]),
  '--bootstrap-region-id',
  'RegionOne',
];
const home = new TestHome();
const withPassword = { input: `${PASSWORD}\n` };
let keystone: RealKeystone;

const urlOf = (database: string): string =>
  `postgresql+psycopg2://openstack@/${database}?host=${home.home.runDir}`;
const environmentOf = (database: string) => ({ KEYWARD_KEYSTONE_DATABASE_URL: urlOf(database) });
const keyward = (database: string, ...args: string[]) =>
  home.run(args, { env: environmentOf(database), ...withPassword });
const bootstrap = (database: string, ...args: string[]) =>
  keyward(database, ...BOOTSTRAP, '--bootstrap-password-stdin', '-f', 'json', ...args);

const everyRow = async (database: string): Promise<string> => {
  const tables = await home.query<{ name: string }>(
    "select format('%I', tablename) as name from pg_tables where schemaname = 'public' order by 1",
    database,
  );
  const rows = [];
  for (const { name } of tables)
    rows.push(name, ...(await home.query(`select t::text from public.${name} t order by 1`, database)));
  return JSON.stringify(rows);
};

const login = async (url: string, scope: object): Promise<number> => {
  const identity = {
    methods: ['password'],
    password: { user: { name: 'admin', domain: { id: 'default' }, password: PASSWORD } },
  };
  const body = JSON.stringify({ auth: { identity, scope } });
  const response = await fetch(`${url}/v3/auth/tokens`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  return response.status;
};
const ON_PROJECT = { project: { name: 'admin', domain: { id: 'default' } } };
const ON_SYSTEM = { system: { all: true } };

beforeAll(async () => {
  await home.run(['up']);
  for (const name of ['ours', 'theirs', 'damaged']) await home.query(`create database ${name}`, 'postgres');
  keystone = await RealKeystone.open(path.join(home.dir, 'real'), urlOf('ours'));
});
afterAll(async () => {
  keystone?.stop();
  await home.remove();
});

describe('a database that keyward made', () => {
  beforeAll(async () => {
    keystone.use(urlOf('ours'));
    expect(await keyward('ours', 'db', 'sync')).toMatchObject({ code: 0 });
    expect(await bootstrap('ours')).toMatchObject({ code: 0 });
  });

  it('is up to date to keystone-manage db_sync --check', async () => {
    expect(await keystone.manage('db_sync', '--check')).toMatchObject({ code: 0 });
  });

  it('passes every check of keystone-status, and keyward prints the same table and JSON', async () => {
    const real = await keystone.status();
    expect(real).toMatchObject({ code: 0, stdout: expect.stringMatching(/(Result: Success[^]*){3}/) });
    expect((await keyward('ours', 'status', 'upgrade', 'check')).stdout).toBe(real.stdout);
    expect((await keyward('ours', 'status', 'upgrade', 'check', '--json')).stdout).toBe(
      (await keystone.status('--json')).stdout,
    );
  });

  it('lets the admin log in to a real Keystone, on the project and on the system', async () => {
    const url = await keystone.serve();
    expect([await login(url, ON_PROJECT), await login(url, ON_SYSTEM)]).toEqual([201, 201]);
    keystone.stop();
  });

  it('is left as it is by keystone-manage bootstrap', async () => {
    const before = await everyRow('ours');
    const urls = ['public', 'internal', 'admin'].flatMap((face) => [`--bootstrap-${face}-url`, URL]);
    const args = ['--bootstrap-password', PASSWORD, '--bootstrap-region-id', 'RegionOne', ...urls];
    expect(await keystone.manage('bootstrap', ...args)).toMatchObject({ code: 0 });
    // NOTE: a login stamps user.last_active_at only where `[security_compliance]` asks for it.
    expect(await everyRow('ours')).toBe(before);
  });
});

describe('a database that keystone-manage made', () => {
  it('needs nothing of keyward, whose check agrees', async () => {
    keystone.use(urlOf('theirs'));
    expect(await keystone.manage('db_sync')).toMatchObject({ code: 0 });
    const urls = ['public', 'internal', 'admin'].flatMap((face) => [`--bootstrap-${face}-url`, URL]);
    const args = ['--bootstrap-password', PASSWORD, '--bootstrap-region-id', 'RegionOne', ...urls];
    expect(await keystone.manage('bootstrap', ...args)).toMatchObject({ code: 0 });
    expect(await bootstrap('theirs', '--dry-run')).toMatchObject({ code: 0, stdout: '[]\n' });
    expect(await keyward('theirs', 'status', 'upgrade', 'check')).toMatchObject({
      code: 0,
      stdout: (await keystone.status()).stdout,
    });
  });
});

describe('a damaged database is repaired, and a real Keystone agrees', () => {
  beforeAll(async () => {
    keystone.use(urlOf('damaged'));
    expect(await keyward('damaged', 'db', 'sync')).toMatchObject({ code: 0 });
    expect(await bootstrap('damaged')).toMatchObject({ code: 0 });
  });

  it.each<[string, string, number, string[]]>([
    [
      'a mutable reader',
      "delete from role_option where role_id = (select id from role where name = 'reader')",
      2,
      ['make immutable role'],
    ],
    [
      'IMMU = false',
      "update role_option set option_value = 'false' where role_id = (select id from role where name = 'member')",
      2,
      ['make immutable role'],
    ],
    [
      'an option that is no JSON',
      "update role_option set option_value = 'True' where role_id = (select id from role where name = 'admin')",
      2,
      ['make immutable role'],
    ],
    [
      'a deleted reader',
      "delete from role where name = 'reader'",
      2,
      ['create immutable role', 'create implied role'],
    ],
    ['a disabled admin', 'update "user" set enabled = false', 0, ['enable user']],
    [
      'a stale endpoint',
      "update endpoint set url = 'http://old' where interface = 'public'",
      0,
      ['update endpoint'],
    ],
    ['a missing grant', 'delete from assignment', 0, ['grant role']],
    [
      'a missing implied role',
      "delete from implied_role where prior_role_id = (select id from role where name = 'admin')",
      0,
      ['create implied role'],
    ],
  ])('%s', async (_, damage, checkBefore, changes) => {
    await home.query(damage, 'damaged');
    expect((await keyward('damaged', 'status', 'upgrade', 'check')).code).toBe(checkBefore);
    const repaired = await bootstrap('damaged', '--immutable-roles');
    expect(repaired.code).toBe(0);
    const done = (JSON.parse(repaired.stdout) as { Action: string; Resource: string }[]).map(
      ({ Action, Resource }) => `${Action} ${Resource}`,
    );
    expect(done).toEqual(changes);
    expect((await keystone.status()).code).toBe(0);
    expect((await keyward('damaged', 'status', 'upgrade', 'check')).code).toBe(0);
  });

  it('and after all of it the admin logs in', async () => {
    const url = await keystone.serve();
    expect([await login(url, ON_PROJECT), await login(url, ON_SYSTEM)]).toEqual([201, 201]);
  });
});
