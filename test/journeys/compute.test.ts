import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BlackHole } from '../support/cloud/black-hole.ts';
import { TestHome, until } from '../support/home/cli.ts';
import { CHECK_NOVA, reported, resultsOf, SYNC, tablesIn } from '../support/home/compute.ts';

const API = 'compute-api: cdeec0c85668';
const cell = (name: string) => `cell ${name}: ab450ba04102`;

const home = TestHome.clone();
beforeAll(async () => {
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
});
afterAll(() => home.remove());

const databases = async (): Promise<string[]> =>
  (await home.query<{ datname: string }>('select datname from pg_database order by 1', 'postgres')).map(
    ({ datname }) => datname,
  );
const mappings = (database = 'nova_api') =>
  home.query(
    'select name, uuid, transport_url, database_connection from cell_mappings order by id',
    database,
  );

describe('alone', () => {
  it('says what is missing before anything of Nova is there, and makes nothing by saying so', async () => {
    const checked = await home.run([...SYNC, '--check']);
    expect(checked).toMatchObject({
      code: 2,
      stderr: 'The database is empty: `keyward db sync compute` makes the schema.\n',
    });
    const suite = await home.run(CHECK_NOVA);
    expect(suite.code).toBe(2);
    expect(resultsOf(suite.stdout)).toMatchObject({ 'compute-cells-v2': 'Failure' });
    expect(await databases()).not.toContain('nova_api');
    expect(await home.run(['db', 'version'])).toMatchObject({ code: 0, stdout: '742c857f1dfb\n' });
  });

  it('sixteen at once make the databases and their mappings, once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => home.run(SYNC)));
    expect(outcomes.map(({ code, stderr }) => [code, /Error/.test(stderr)])).toEqual(
      Array.from({ length: 16 }, () => [0, false]),
    );
    expect(await mappings()).toEqual([
      {
        name: 'cell0',
        uuid: '00000000-0000-0000-0000-000000000000',
        transport_url: 'none:///',
        database_connection: '{scheme}://{username}@/nova_cell0?{query}',
      },
      {
        name: 'cell1',
        uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
        transport_url: 'none:///',
        database_connection: '{scheme}://{username}@/nova_cell1?{query}',
      },
    ]);
    const [audited] = await home.query(
      "select count(*)::int from keyward.audit where action = 'create'",
      'nova_api',
    );
    expect(audited).toEqual({ count: 2 });
  });

  it('a repeat has nothing to do, and each database can be named', async () => {
    expect(await home.run(SYNC)).toMatchObject({
      code: 0,
      stdout: 'Nothing to do: the databases are up to date.\n',
    });
    expect(await home.run(['db', 'sync', '--check'])).toMatchObject({ code: 0 });
    const all = ['identity: 742c857f1dfb', API, cell('cell0'), cell('cell1')];
    expect(await home.run(['db', 'version'])).toMatchObject({ code: 0, stdout: `${all.join('\n')}\n` });
    expect(await home.run(['db', 'version', 'cell', 'cell1'])).toMatchObject({
      code: 0,
      stdout: 'ab450ba04102\n',
    });
    const { stdout } = await home.run(['db', 'url', 'cell', 'cell0', '--driver', 'psycopg2']);
    expect(stdout).toMatch(/^postgresql\+psycopg2:\/\/openstack@\/nova_cell0\?host=\S+\n$/);
  });

  it.each([
    [['db', 'version', 'cell', 'nope'], 1, /^Error: Cell with name nope was not found\. `keyward cell list`/],
    [['db', 'version', 'cell'], 64, /^Error: No cell is named/],
    [['db', 'version', 'identity', 'cell1'], 64, /^Error: cell1 is one argument too many/],
    [['db', 'version', 'nova'], 64, /compute-api/],
    [['status', 'upgrade', 'check', '--suite', 'glance'], 64, /--suite/],
  ])('%j is refused', async (args, code, says) => {
    const refused = await home.run(args);
    expect(refused).toMatchObject({ code, stdout: '' });
    expect(refused.stderr).toMatch(says);
  });

  it('both suites are one run, whose checks are worked on by the workers of two databases', async () => {
    const { code, stdout } = await home.run(['status', 'upgrade', 'check', '--suite', 'all', '-f', 'json']);
    expect(code).toBe(2);
    expect(reported(stdout).map(({ ID, Result }) => `${ID} ${Result}`)).toEqual([
      'identity-trust-policies-not-empty Success',
      'identity-default-roles-immutable Warning',
      'identity-policy-file-json-to-yaml Success',
      'compute-cells-v2 Success',
      'compute-placement-api Failure',
      'compute-cinder-api Success',
      'compute-policy-file-json-to-yaml Success',
      'compute-older-than-n-1-computes Success',
      'compute-hw-machine-type-unset Success',
      'compute-service-user-token Failure',
    ]);
    const runs = await home.json('workflow', 'list');
    expect(new Set(runs.map(({ ID }: { ID: string }) => ID.slice(0, 12))).size).toBe(2);
    const tables = await home.run(['status', 'upgrade', 'check', '--suite', 'all']);
    expect(tables.stdout.match(/Upgrade Check Results \((keystone|nova)\)/g)).toHaveLength(2);
  });

  it("without a word it is Keystone's suite, as in older crontabs", async () => {
    const { stdout } = await home.run(['status', 'upgrade', 'check', '-f', 'value', '-c', 'ID']);
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });

  it('a cell that is down is a failure of the checks that need it, and the others are told', async () => {
    await home.query('alter database nova_cell1 allow_connections false', 'postgres');
    try {
      const suite = await home.run(CHECK_NOVA);
      expect(suite.code).toBe(2);
      const rows = reported(suite.stdout);
      const failed = rows.filter(({ Details }) => Details?.includes('cell1')).map(({ ID }) => ID);
      expect(failed).toEqual([
        'compute-cells-v2',
        'compute-older-than-n-1-computes',
        'compute-hw-machine-type-unset',
      ]);
      const version = await home.run(['db', 'version', 'compute']);
      expect(version).toMatchObject({ code: 1, stdout: `${API}\n${cell('cell0')}\n` });
      expect(version.stderr).toContain('cell cell1: ');
      expect((await home.run(SYNC)).stderr).toContain('cell cell1: ');
    } finally {
      await home.query('alter database nova_cell1 allow_connections true', 'postgres');
    }
  });
});

describe('what a nova.conf names', () => {
  const conf = (name: string, text: string): string => {
    const dir = path.join(home.dir, 'etc');
    mkdirSync(dir, { recursive: true });
    const file = path.join(dir, name);
    writeFileSync(file, text);
    return file;
  };
  let nova: string;
  let keystone: string;
  beforeAll(async () => {
    for (const name of ['api_x', 'main_x', 'main_x_cell0', 'cell_y'])
      await home.query(`create database ${name}`, 'postgres');
    nova = conf(
      'nova.conf',
      `[api_database]\nconnection = ${home.urlOf('api_x')}\n[database]\nconnection = ${home.urlOf('main_x')}\n`,
    );
    keystone = conf(
      'keystone.conf',
      `[database]\nconnection = ${home.urlOf('keystone')}\n[token]\nprovider = fernet\n`,
    );
  });

  it('cell0 is mapped where nova-manage would have it, and no other cell is made up', async () => {
    const { code, stdout } = await home.run([...SYNC, '--nova-config-file', nova]);
    expect(code).toBe(0);
    expect(stdout).toContain('cell cell0: Applied nova-cell/001-nova-34.0.0.sql.\n');
    expect(await mappings('api_x')).toMatchObject([
      { name: 'cell0', transport_url: 'none:///', database_connection: home.urlOf('main_x_cell0') },
    ]);
    expect(await tablesIn(home, 'main_x')).toBe(0);
  });

  it("a cell's template is filled in from [database] connection", async () => {
    await home.query(
      `insert into cell_mappings (uuid, name, transport_url, database_connection, disabled)
       values ('11111111-2222-4333-8444-555555555555', 'y', 'rabbit://', '{scheme}://{username}@/cell_y?{query}', false)`,
      'api_x',
    );
    expect(await home.run([...SYNC, '--nova-config-file', nova])).toMatchObject({ code: 0 });
    expect(await tablesIn(home, 'cell_y')).toBe(111);
    // The worker is another process, with the same base for templates.
    const suite = await home.run([...CHECK_NOVA, '--nova-config-file', nova]);
    expect(resultsOf(suite.stdout)).toMatchObject({
      'compute-cells-v2': 'Success',
      'compute-hw-machine-type-unset': 'Success',
    });
  });

  it('both are named by flags of their own, and then both suites are run', async () => {
    const named = ['--config-file', keystone, '--nova-config-file', nova];
    const { stdout } = await home.run(['status', 'upgrade', 'check', '-f', 'value', '-c', 'ID', ...named]);
    expect(stdout.trim().split('\n')).toHaveLength(10);
    const version = await home.run(['db', 'version', ...named]);
    expect(version.stdout).toBe(`identity: 742c857f1dfb\n${API}\n${cell('cell0')}\n${cell('y')}\n`);
  });

  it('a file in the place of the other is refused, and no database is asked', async () => {
    const hole = await BlackHole.open();
    try {
      const url = `postgresql+psycopg2://openstack@127.0.0.1:${hole.port}/hole`;
      const [ofNova, ofKeystone] = [
        conf('hole-nova.conf', `[api_database]\nconnection = ${url}\n[database]\nconnection = ${url}\n`),
        conf('hole-keystone.conf', `[database]\nconnection = ${url}\n[token]\nprovider = fernet\n`),
      ];
      for (const args of [
        ['status', 'upgrade', 'check', '--config-file', ofNova],
        ['db', 'version', 'identity', '--config-file', ofNova],
        ['role', 'list', '--config-file', ofNova],
        ['db', 'version', 'compute', '--nova-config-file', ofKeystone],
        ['cell', 'list', '--config-file', ofKeystone],
      ]) {
        const { code, stdout, stderr } = await home.run(args);
        expect([args, code, stdout]).toEqual([args, 64, '']);
        expect(stderr).toMatch(/(?:nova|keystone)\.conf/);
      }
      expect(hole.accepted).toBe(0);
      // In its own place each file leads there.
      for (const [at, args] of [
        ['role', 'list', '--config-file', ofKeystone],
        ['cell', 'list', '--config-file', ofNova],
      ].entries()) {
        const { process: child, outcome } = home.start(args);
        await until(() => hole.accepted > at);
        child.kill('SIGKILL');
        await outcome;
      }
    } finally {
      hole.close();
    }
  });

  it('the variable that both would read is refused where a Nova is named, and is else Keystone’s', async () => {
    const env = { OS_DATABASE__CONNECTION: home.urlOf('keystone') };
    const refused = await home.run(['db', 'version', '--nova-config-file', nova], { env });
    expect(refused).toMatchObject({ code: 64, stdout: '' });
    expect(refused.stderr).toContain('OS_DATABASE__CONNECTION is ambiguous');
    expect(await home.run(['db', 'version'], { env })).toMatchObject({ stdout: '742c857f1dfb\n' });
    const ofKeystone = ['db', 'version', 'identity', '--nova-config-file', nova];
    expect(await home.run(ofKeystone, { env })).toMatchObject({ stdout: '742c857f1dfb\n' });
    const suite = ['status', 'upgrade', 'check', '--suite', 'keystone', '--nova-config-file', nova];
    const checked = await home.run([...suite, '-f', 'value', '-c', 'ID'], { env });
    expect(checked.stdout).toContain('identity-');
    expect(checked.stdout).not.toContain('compute-');
  });
});
