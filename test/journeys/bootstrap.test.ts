import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome } from '../support/home/cli.ts';
import { isRoot, NOBODY } from '../support/home/engine-home.ts';

const URLS = ['public', 'internal', 'admin'].flatMap((face) => [
  `--bootstrap-${face}-url`,
  'http://127.0.0.1:5000/v3',
]);
const home = TestHome.clone();
const inHome = (file: string): string => path.join(home.dir, file);

beforeAll(async () => {
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
});
afterAll(() => home.remove());

describe('keyward bootstrap', () => {
  it('is refused without a password, with the cure', async () => {
    const { code, stderr, stdout } = await home.run(['bootstrap']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('--bootstrap-password-file');
  });

  it('--dry-run exits 2, prints the plan and writes nothing', async () => {
    const { code, stdout } = await home.run(
      ['bootstrap', '--dry-run', '--bootstrap-password-stdin', '-f', 'json'],
      { input: 'pw\n' },
    );
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toContainEqual({
      Action: 'create immutable',
      Resource: 'role',
      Name: 'reader',
    });
    expect(await home.query('select from role')).toEqual([]);
  });

  it('--dry-run plans without a password too, and says that one will be needed', async () => {
    const { code, stdout, stderr } = await home.run(['bootstrap', '--dry-run', '-f', 'json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toContainEqual({ Action: 'create', Resource: 'user', Name: 'admin' });
    expect(stderr).toContain('A password will be needed to create the user admin');
    expect(await home.query('select from role')).toEqual([]);
  });

  it('creates everything with a generated password in a private file', async () => {
    const file = inHome('admin.txt');
    const args = [
      'bootstrap',
      `--generate-password=${file}`,
      '--bootstrap-region-id',
      'RegionOne',
      ...URLS,
      '-f',
      'json',
    ];
    const { code, stdout, stderr } = await home.run(args);
    expect({ code, stderr: stderr.includes(file) }).toEqual({ code: 0, stderr: true });
    expect(JSON.parse(stdout)).toHaveLength(18);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^[\w-]{24}\n$/);
  });

  it('changes nothing when repeated with the same password, given in any way', async () => {
    const file = inHome('admin.txt');
    const password = readFileSync(file, 'utf8').trim();
    const same = [...URLS, '--bootstrap-region-id', 'RegionOne'];
    const ways: [string[], { env?: NodeJS.ProcessEnv; input?: string }][] = [
      [['--bootstrap-password-file', file], {}],
      [['--bootstrap-password-stdin'], { input: `${password}\n` }],
      [['--bootstrap-password', password], {}],
      [[], { env: { OS_BOOTSTRAP_PASSWORD: password } }],
      [[], {}],
    ];
    for (const [args, options] of ways) {
      expect(await home.run(['bootstrap', ...same, ...args], options)).toMatchObject({
        code: 0,
        stdout: 'Nothing to change.\n',
      });
    }
    expect(await home.run(['bootstrap', '--dry-run', ...same])).toMatchObject({ code: 0 });
  });

  it('takes a generated password back when the user existed', async () => {
    const file = inHome('second.txt');
    const { code, stderr } = await home.run(['bootstrap', `--generate-password=${file}`]);
    expect({ code, left: existsSync(file) }).toEqual({ code: 0, left: false });
    expect(stderr).toContain('existed already');
  });

  it('lets a flag beat its variable', async () => {
    const env = { OS_BOOTSTRAP_REGION_ID: 'FromEnvironment' };
    const flag = await home.run(
      ['bootstrap', '--dry-run', '--bootstrap-region-id', 'FromFlag', '-f', 'value'],
      { env },
    );
    expect(flag.stdout).toBe('create region FromFlag\n');
    const variable = await home.run(['bootstrap', '--dry-run', '-f', 'value'], { env });
    expect(variable.stdout).toBe('create region FromEnvironment\n');
  });

  it('warns of each role with --no-immutable-roles on a new cloud, and changes none on this one', async () => {
    expect(await home.run(['bootstrap', '--no-immutable-roles'])).toMatchObject({
      code: 0,
      stdout: 'Nothing to change.\n',
    });
  });

  it('needs at most 25 statements for a repeat', async () => {
    await home.query("alter system set log_statement = 'all'");
    await home.query('select pg_reload_conf()');
    const before = statementsLogged();
    const { code, stdout } = await home.run([
      'bootstrap',
      '--bootstrap-password-file',
      inHome('admin.txt'),
      ...URLS,
      '--bootstrap-region-id',
      'RegionOne',
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Nothing to change.\n' });
    const statements = statementsLogged() - before;
    expect(statements).toBeGreaterThan(5);
    expect(statements).toBeLessThanOrEqual(25);
  });

  const statementsLogged = (): number =>
    readFileSync(path.join(home.home.logDir, 'postgres.log'), 'utf8')
      .split('\n')
      .filter((line) => / LOG: {2}(statement|execute)/.test(line)).length;
});

describe('what a tired operator gets wrong', () => {
  const longName = 'x'.repeat(256);
  // At once, since two of them wait for what is not there.
  it.concurrent.each<[string, string[], number, RegExp, { input?: string; env?: NodeJS.ProcessEnv }]>([
    ['an unknown flag', ['--bootstrap-pasword', 'x'], 64, /bootstrap-pasword/, {}],
    ['both immutability flags', ['--immutable-roles', '--no-immutable-roles'], 64, /immutable-roles/, {}],
    ['a space for a =', ['--generate-password', 'a b'], 64, /Write --generate-password='a b'\./, {}],
    ['a URL that is none', ['--bootstrap-public-url', 'keystone:5000'], 64, /http or https/, {}],
    ['an empty password', ['--bootstrap-password', ''], 64, /empty/, {}],
    ['an empty password on stdin', ['--bootstrap-password-stdin'], 64, /empty/, { input: '\n' }],
    [
      'a password over 72 bytes',
      ['--bootstrap-password-stdin'],
      64,
      /74 bytes.*72/,
      { input: 'é'.repeat(37) },
    ],
    [
      'two passwords',
      ['--bootstrap-password', 'x', '--bootstrap-password-stdin'],
      64,
      /more than one way/,
      {},
    ],
    [
      'a password file that is not there',
      ['--bootstrap-password-file', '/nonexistent'],
      64,
      /nonexistent/,
      {},
    ],
    ['a region id that is too long', ['--bootstrap-region-id', longName], 64, /255/, {}],
    ['a name that is too long', ['--bootstrap-username', longName], 64, /255/, {}],
    ['an empty name', ['--bootstrap-username', ''], 64, /empty/, {}],
    ['a role name that is a default role', ['--bootstrap-role-name', 'member'], 64, /member/, {}],
    ['a config file that is not there', ['--config-file', '/nonexistent.conf'], 64, /nonexistent\.conf/, {}],
    [
      'a database URL of MySQL',
      [],
      64,
      /PostgreSQL only/,
      { env: { KEYWARD_KEYSTONE_DATABASE_URL: 'mysql+pymysql://u:canary@h/d' } },
    ],
    [
      'a database that refuses',
      [],
      69,
      /can't be used/,
      { env: { KEYWARD_KEYSTONE_DATABASE_URL: 'postgresql://u:canary@127.0.0.1:1/d' } },
    ],
    [
      'a Temporal that is not there',
      [],
      69,
      /TEMPORAL_ADDRESS/,
      { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } },
    ],
    ['a home that can not be written', [], 69, /KEYWARD_HOME/, { env: { KEYWARD_HOME: '/proc/keyward' } }],
  ])('%s is refused', async (_, args, code, message, options) => {
    const outcome = await home.run(['bootstrap', ...args], options);
    expect({ code: outcome.code, stdout: outcome.stdout }).toEqual({ code, stdout: '' });
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).not.toContain('canary');
    expect(outcome.stderr).not.toContain('a bug in keyward');
  });

  it.each([
    [['nosuch'], 'nosuch'],
    [['db', 'snyc'], 'db snyc'],
    [['bootstrap', 'extra'], 'takes no arguments'],
    [['bootstrap', '-f', 'xml'], 'xml'],
    [['bootstrap', '--timeout', 'soon'], 'soon'],
    [['bootstrap', '--timeout', '2147484'], '2147000'],
    [['workflow', 'list', '-c', 'Nope'], 'Nope'],
  ])('%j is wrong usage', async (args, named) => {
    const { code, stdout, stderr } = await home.run(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(named);
  });

  it('an argument is never taken from standard input', async () => {
    expect(await home.run(['db', 'sync'], { input: 'not a database\n' })).toMatchObject({ code: 0 });
  });

  it('a password file that others may read is refused', async () => {
    const file = inHome('open.txt');
    writeFileSync(file, 'pw');
    chmodSync(file, 0o644);
    expect(await home.run(['bootstrap', '--bootstrap-password-file', file])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('chmod 600'),
    });
  });

  it('a password file that may not be read is refused', async () => {
    const file = inHome('closed.txt');
    writeFileSync(file, 'pw', { mode: 0o000 });
    const asOrdinaryUser = isRoot ? { uid: NOBODY, env: { HOME: '/nonexistent' } } : {};
    expect(await home.run(['bootstrap', '--bootstrap-password-file', file], asOrdinaryUser)).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(
        /^Error: The password file \S+ can't be used: EACCES: .* readable file\.\n$/,
      ),
    });
  });

  it('a payload key that is not the key of this Temporal is refused, naming the key file', async () => {
    const other = inHome('other.key');
    writeFileSync(other, `${'ab'.repeat(32)}\n`, { mode: 0o600 });
    await home.run(['up']);
    // As on a second host: the worker of this home takes the run, and has another key.
    const url = (await home.run(['db', 'url', 'identity'])).stdout.trim();
    const env = {
      TEMPORAL_ADDRESS: home.temporal,
      KEYWARD_PAYLOAD_KEY_FILE: other,
      KEYWARD_KEYSTONE_DATABASE_URL: url,
    };
    const { code, stderr } = await home.run(['bootstrap'], { env });
    expect({ code, stderr }).toEqual({
      code: 69,
      stderr: expect.stringContaining('KEYWARD_PAYLOAD_KEY_FILE'),
    });
  });
});
