import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sshpk from 'sshpk';
import { ensurePostgres } from '../../src/daemons/postgres/server.ts';
import { openIdentity } from '../../src/engine/identity.ts';
import { bootstrapRequest, runBootstrap } from '../support/cloud/bootstrap-request.ts';
import { once, PostgresProxy } from '../support/cloud/postgres-proxy.ts';
import { hashing } from '../support/cloud/resources.ts';
import { confText } from '../support/conf-file.ts';
import { type Outcome, TestHome, until } from '../support/home/cli.ts';
import { GOOD_KEYS } from '../support/public-keys.ts';

const home = TestHome.clone();
const inHome = (name: string): string => path.join(home.dir, 'keys', name);
const PUBLIC = GOOD_KEYS['with a line break after it']!;
/** The last lines of every private key that was made: before them stands what is public. */
const secrets: string[] = [];
let adminId: string;
let demoId: string;

beforeAll(async () => {
  mkdirSync(path.join(home.dir, 'keys'));
  writeFileSync(inHome('given.pub'), PUBLIC);
  const address = await ensurePostgres(home.home, () => {});
  const services = await openIdentity(address);
  await runBootstrap(services.bootstrap, { ...bootstrapRequest(), passwordHashing: hashing });
  adminId = (await services.resources.get('user', { nameOrId: 'admin' })).id;
  await services.close();
  await home.query("alter system set log_statement = 'all'");
  await home.query('select pg_reload_conf()');
  expect(await home.run(['db', 'sync', 'compute'])).toMatchObject({ code: 0 });
  demoId = (await home.json('user', 'create', 'demo')).id;
  expect(await home.run(['user', 'create', 'off', '--disable'])).toMatchObject({ code: 0 });
});
afterAll(() => home.remove());

const keypair = (args: string[], options: Parameters<TestHome['run']>[1] = {}): Promise<Outcome> =>
  home.run(['keypair', ...args], options);
const rows = () =>
  home.query<{ name: string; user_id: string; public_key: string }>(
    'select name, user_id, public_key from key_pairs order by id',
    'nova_api',
  );
const rowOf = async (name: string) => (await rows()).find((row) => row.name === name);

/** Reads a private key as an SSH client does, and gives its public half; it is looked for everywhere at the end. */
function publicHalf(privateKey: string): string {
  secrets.push(
    ...privateKey
      .split('\n')
      .filter((line) => line.length === 70)
      .slice(-2),
  );
  return sshpk
    .parsePrivateKey(privateKey, 'openssh')
    .toPublic()
    .toString('ssh')
    .split(' ')
    .slice(0, 2)
    .join(' ');
}

describe('alone', () => {
  it('a key that is made is printed, and nothing else', async () => {
    const { code, stdout, stderr } = await keypair(['create', 'printed']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^-----BEGIN OPENSSH PRIVATE KEY-----\n[^]*\n-----END OPENSSH PRIVATE KEY-----\n$/,
    );
    // Nobody was stated: it is that of bootstrap's admin.
    expect(await rowOf('printed')).toEqual({
      name: 'printed',
      user_id: adminId,
      public_key: publicHalf(stdout),
    });
  });

  it('another kind of key is made too, and is in the result of -f json', async () => {
    const made = await home.json('keypair', 'create', 'rsa', '--key-type', 'rsa');
    expect(made).toMatchObject({ id: 'rsa', name: 'rsa', type: 'ssh', user_id: adminId, is_deleted: false });
    expect(await rowOf('rsa')).toMatchObject({ public_key: publicHalf(made.private_key) });
  });

  it('a key goes to a file of its owner alone', async () => {
    const file = inHome('filed');
    const { code, stdout } = await keypair(['create', 'filed', '--private-key', file]);
    expect([code, statSync(file).mode & 0o777]).toEqual([0, 0o600]);
    expect(stdout).toMatch(/\| fingerprint \| ([0-9a-f]{2}:){15}[0-9a-f]{2} \|/);
    expect(stdout).not.toContain('private_key');
    expect(await rowOf('filed')).toMatchObject({ public_key: publicHalf(readFileSync(file, 'utf8')) });
  });

  it('a public key is taken as it is, listed, shown, and deleted', async () => {
    const given = ['--public-key', inHome('given.pub')];
    for (const name of ['b', 'a'])
      expect(await keypair(['create', name, '--user', 'demo', ...given])).toMatchObject({ code: 0 });
    expect(await rowOf('a')).toEqual({ name: 'a', user_id: demoId, public_key: PUBLIC });
    const listed = await keypair(['list', '--os-username', 'demo', '--limit', '1']);
    expect(listed.stdout.split('\n').slice(1, 4)).toEqual([
      '| Name | Fingerprint                                     | Type |',
      expect.stringMatching(/^\+-{6}\+-{49}\+-{6}\+$/),
      expect.stringMatching(/^\| a {4}\| ([0-9a-f]{2}:){15}[0-9a-f]{2} \| ssh {2}\|$/),
    ]);
    expect(listed.stderr).toContain('add `--marker a` for the next page');
    const shown = await keypair(['show', 'a', '--public-key'], { env: { OS_USER_ID: demoId } });
    expect(shown).toMatchObject({ code: 0, stdout: PUBLIC });
    const deleted = await keypair(['delete', 'a', 'nosuch', 'b', '--user', 'demo']);
    expect(deleted).toMatchObject({ code: 1, stdout: '' });
    expect(deleted.stderr).toContain(`nosuch: Error: Keypair nosuch not found for user ${demoId}.`);
    expect(deleted.stderr).toContain('1 of 3 key pairs could not be deleted. These were deleted: a, b.');
    expect(await home.json('keypair', 'list', '--user', 'demo')).toEqual([]);
  });

  it('a key is in its file before the row is written; Ctrl-C leaves it there, and says so', async () => {
    const file = inHome('held');
    const release = await home.holdUp('lock table key_pairs in exclusive mode', 'nova_api');
    const running = home.start(['keypair', 'create', 'held', '--private-key', file]);
    await until(() => home.isHeldUp('relation', 'nova_api'));
    publicHalf(readFileSync(file, 'utf8'));
    running.process.kill('SIGINT');
    const { code, stderr } = await running.outcome;
    await release();
    expect([code, existsSync(file)]).toEqual([130, true]);
    expect(stderr).toBe(
      `It is not known whether the key pair was made: \`keyward keypair show held\` tells. Its private key is in ${file}.\n`,
    );
  });

  it('while a lock is not given in time nothing is made, and no file is left', async () => {
    const file = inHome('late');
    const release = await home.holdUp('lock table key_pairs in exclusive mode', 'nova_api');
    const late = await keypair(['create', 'late', '--private-key', file, '--timeout', '1']);
    await release();
    expect([late.code, existsSync(file)]).toEqual([69, false]);
    expect(late.stderr).toContain('Nothing was changed.');
    expect(await rowOf('late')).toBeUndefined();
  });

  describe('where nobody can tell whether it was made, the key is kept:', () => {
    it.each([
      ['in its file', [inHome('unknown')]],
      ['on the terminal', []],
    ])('%s', async (_, [file]) => {
      const proxy = await PostgresProxy.start({
        ...(await ensurePostgres(home.home, () => {})),
        database: 'nova_api',
      });
      proxy.plan = once(/^commit$/, 'gone');
      const { host } = proxy.address;
      const url = `postgresql://openstack@/nova_api?host=${host}&port=${proxy.address.port}`;
      const args = ['create', 'unknown', '--os-user-id', demoId, '--timeout', '1'];
      const { code, stdout, stderr } = await keypair([...args, ...(file ? ['--private-key', file] : [])], {
        env: { KEYWARD_NOVA_API_DATABASE_URL: url },
      });
      proxy.stop();
      expect(code).toBe(75);
      expect(stderr).toContain('keyward audit list --service compute --request-id');
      expect(publicHalf(file ? readFileSync(file, 'utf8') : stdout)).toMatch(/^ssh-ed25519 /);
      expect(stdout === '').toBe(file !== undefined);
      expect(stderr.includes(`the private key is kept in ${file}`)).toBe(file !== undefined);
    });
  });
});

describe('is refused, and nothing is written:', () => {
  const given = (): string[] => ['--public-key', inHome('given.pub')];
  beforeAll(async () => {
    expect(await keypair(['create', 'there', ...given()])).toMatchObject({ code: 0 });
  });

  it.each<[string, () => string[], number, RegExp]>([
    ['a taken name, with a file', () => ['there', '--private-key', inHome('new')], 1, /already exists/],
    ['a name of 256 characters', () => ['k'.repeat(256)], 64, /at most 255/],
    [
      'a private key where a public one belongs',
      () => ['x', '--public-key', inHome('filed')],
      1,
      /is a private key/,
    ],
    ['a file that is there already', () => ['x', '--private-key', inHome('given.pub')], 64, /exists already/],
    ['x509', () => ['x', '--type', 'x509', ...given()], 64, /SSH only.*openstack keypair create --type x509/],
    ['a kind of key beside a key', () => ['x', '--key-type', 'rsa', ...given()], 64, /--key-type/],
    ['an unknown user', () => ['x', '--user', 'nosuch'], 1, /No user with a name or ID of 'nosuch'/],
    [
      'a disabled user who acts',
      () => ['x', '--os-username', 'off'],
      1,
      /The user off is disabled.*user set --enable/,
    ],
    ['an ID that can be none', () => ['x', '--os-user-id', 'a b'], 64, /--os-user-id is no ID/],
    [
      'a project without a user',
      () => ['x', '--os-project-name', 'admin'],
      1,
      /not stated for which user.*--os-user/,
    ],
  ])('%s', async (_, args, code, says) => {
    const [before, files] = [await rows(), readdirSync(path.dirname(inHome('x')))];
    const refused = await keypair(['create', ...args()]);
    expect([refused.code, refused.stdout]).toEqual([code, '']);
    expect(refused.stderr).toMatch(says);
    expect(await rows()).toEqual(before);
    expect(readdirSync(path.dirname(inHome('x')))).toEqual(files);
  });
});

describe('beside a Nova', () => {
  let nova: string[];
  let keystone: string[];
  beforeAll(() => {
    // A database that is named is that of a Nova, wherever it is.
    const write = (name: string, sections: Parameters<typeof confText>[0]): string => {
      writeFileSync(inHome(name), confText(sections));
      return inHome(name);
    };
    const conf = write('nova.conf', {
      api_database: { connection: home.urlOf('nova_api') },
      database: { connection: home.urlOf('nova_cell1') },
    });
    nova = ['--config-file', conf];
    const named = write('keystone.conf', { database: { connection: home.urlOf('keystone') } });
    keystone = ['--keystone-config-file', named];
  });
  const create = (name: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> =>
    keypair(['create', name, '--public-key', inHome('given.pub'), ...nova, ...args], { env });

  it.each<[string, () => string[], NodeJS.ProcessEnv, RegExp]>([
    ['nobody', () => [], {}, /not stated for which user this is.*Add --os-username or --os-user-id/],
    [
      'a name, where no identity database is named',
      () => [],
      { OS_USERNAME: 'demo' },
      /none is named.*--keystone-config-file or in KEYWARD_KEYSTONE_DATABASE_URL, or give the ID with --os-user-id/,
    ],
    ['an owner by name, likewise', () => ['--user', 'demo'], {}, /or give the ID with --os-user-id/],
    [
      "a name, where only Nova's database is named by a variable",
      () => ['--os-username', 'demo'],
      { OS_DATABASE__CONNECTION: home.urlOf('nova_cell1') },
      /none is named/,
    ],
    [
      'a name that nobody has; the cure meets the same Keystone',
      () => ['--os-username', 'nosuch', ...keystone],
      {},
      /No user with .*'nosuch'.*`keyward user list --config-file \S+keystone\.conf`/,
    ],
  ])('%s is refused, and what is missing is named', async (_, args, env, says) => {
    const refused = await create('x', args(), env);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(says);
    expect(await rows()).not.toContainEqual(expect.objectContaining({ name: 'x' }));
  });

  it.each<[string, () => string[], () => NodeJS.ProcessEnv]>([
    ['by-id', () => ['--os-user-id', demoId], () => ({})],
    [
      'by-file',
      () => ['--os-username', 'demo', ...keystone],
      () => ({ OS_DATABASE__CONNECTION: home.urlOf('nova_cell1') }),
    ],
    [
      'by-variables',
      () => [],
      () => ({
        OS_USERNAME: 'demo',
        OS_PROJECT_NAME: '',
        KEYWARD_KEYSTONE_DATABASE_URL: home.urlOf('keystone'),
      }),
    ],
  ])('who acts is stated: %s', async (name, args, env) => {
    expect(await create(name, args(), env())).toMatchObject({ code: 0, stderr: '' });
    expect(await rows()).toContainEqual({ name, user_id: demoId, public_key: PUBLIC });
  });
});

it('no private key is found anywhere but in the file that it went to', async () => {
  const outputs = [
    await home.run(['audit', 'list', '--service', 'compute', '--long', '-f', 'json']),
    await keypair(['list', '-f', 'json']),
    await keypair(['show', 'printed', '-f', 'json']),
  ];
  for (const { code, stdout } of outputs)
    expect([code, secrets.filter((line) => stdout.includes(line))]).toEqual([0, []]);
  const found = new Map<string, string[]>();
  for (const name of readdirSync(home.dir, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(home.dir, name);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    const content = readFileSync(file);
    const held = [PUBLIC.trim(), ...secrets].filter((text) => content.includes(text));
    if (held.length > 0) found.set(file, held);
  }
  // What is written to the database is found in its log, so that a private key would be too.
  expect(found.get(path.join(home.home.logDir, 'postgres.log'))).toEqual([PUBLIC.trim()]);
  expect(secrets).toHaveLength(12);
  const holders = [...found].filter(([, held]) => held.some((text) => secrets.includes(text)));
  expect(holders.map(([file]) => file).toSorted()).toEqual(['filed', 'held', 'unknown'].map(inHome));
});
