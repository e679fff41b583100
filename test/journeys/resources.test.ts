import { writeFileSync } from 'node:fs';
import path from 'node:path';
import bcrypt from 'bcrypt';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome } from '../support/home/cli.ts';

const home = TestHome.clone();
const PASSWORD = 'resources-Pw-1';
const json = home.json.bind(home);
const fails = (args: string[], code: number, stderr: RegExp, options = {}) =>
  expect(home.run(args, options)).resolves.toMatchObject({
    code,
    stdout: '',
    stderr: expect.stringMatching(stderr),
  });

beforeAll(async () => {
  await home.run(['db', 'sync']);
  const bootstrap = ['bootstrap', '--bootstrap-password-stdin', '--bootstrap-region-id', 'RegionOne'];
  expect(await home.run(bootstrap, { input: `${PASSWORD}\n` })).toMatchObject({ code: 0 });
});
afterAll(() => home.remove());

describe('an operator locks what the cloud depends on', () => {
  it('makes, shows, refuses, unlocks and deletes a role', async () => {
    const role = await json('role', 'create', 'observer', '--immutable', '--description', 'May look');
    expect(role).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name: 'observer',
      domain_id: null,
      description: 'May look',
      options: { immutable: true },
    });
    const words = `Unable to update immutable role resource: \`${role.id}. Set resource option "immutable" to false first. Nothing was changed. It is the role observer, immutable, since `;
    const { stderr, code } = await home.run(['role', 'set', '--name', 'watcher', 'observer']);
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).toContain(`keyward role set --no-immutable ${role.id}`);
    await fails(['role', 'delete', 'observer'], 1, /Unable to delete immutable role resource/);
    expect((await json('role', 'show', 'observer')).immutable_set).toMatch(/^since \S+Z by \S+@\S+$/);
    expect(await home.run(['role', 'set', '--no-immutable', 'observer'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(await home.run(['role', 'set', '--name', 'watcher', 'observer'])).toMatchObject({ code: 0 });
    expect(await home.run(['role', 'delete', 'watcher'])).toMatchObject({ code: 0, stdout: '' });
  });

  it('says by whom bootstrap made the default roles immutable', async () => {
    expect((await json('role', 'show', 'reader')).immutable_set).toMatch(/^since \S+Z by /);
  });

  it('tries each of several, and tells what failed', async () => {
    await json('role', 'create', 'one');
    await json('role', 'create', 'two', '--immutable');
    const { code, stderr } = await home.run(['role', 'delete', 'one', 'two', 'nowhere']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /two: Error: Unable to delete[^]*nowhere: Error: No role with a name or ID of 'nowhere' exists[^]*2 of 3 roles could not be deleted/,
    );
    await fails(['role', 'show', 'one'], 1, /No role with a name or ID of 'one' exists/);
    expect(await home.run(['role', 'set', '--no-immutable', 'two', 'admin'])).toMatchObject({ code: 0 });
    expect(await home.run(['role', 'set', '--immutable', 'two', 'admin'])).toMatchObject({ code: 0 });
  });

  it('locks a user, and is told what that does not hold against', async () => {
    await json('user', 'create', 'alice', '--email', 'alice@example.org');
    const { stderr, code } = await home.run(['user', 'set', '--immutable', 'alice']);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('the API of Keystone itself does not know the flag'),
    });
    await fails(['user', 'set', '--disable', 'alice'], 1, /Unable to update immutable user resource/);
    await fails(
      ['user', 'password', 'set', 'alice', '--password-stdin'],
      1,
      /Unable to update immutable user/,
      { input: 'x-Pw-1\n' },
    );
    expect(await json('user', 'list', '--immutable', '-c', 'Name')).toEqual([{ Name: 'alice' }]);
    expect(await json('user', 'list', '--mutable', '-c', 'Name')).toEqual([{ Name: 'admin' }]);
  });

  it("sets a user's other options, and lists the projects that it can work on", async () => {
    await json('user', 'create', 'robot', '--ignore-lockout-failure-attempts', '--ignore-password-expiry');
    const rule = ['--multi-factor-auth-rule', 'password,totp', '--enable-multi-factor-auth'];
    expect(await home.run(['user', 'set', ...rule, '--no-ignore-password-expiry', 'robot'])).toMatchObject({
      code: 0,
    });
    expect((await json('user', 'show', 'robot')).options).toEqual({
      ignore_lockout_failure_attempts: true,
      ignore_password_expiry: false,
      multi_factor_auth_enabled: true,
      multi_factor_auth_rules: [['password', 'totp']],
    });
    await home.run(['role', 'add', 'member', '--user', 'robot', '--project', 'admin']);
    expect(await json('project', 'list', '--user', 'robot', '-c', 'Name')).toEqual([{ Name: 'admin' }]);
    expect(await home.run(['user', 'delete', 'robot'])).toMatchObject({ code: 0 });
  });

  it('refuses a domain that holds something immutable, whole, and deletes it when nothing is', async () => {
    await json('domain', 'create', 'customers');
    await json(
      'project',
      'create',
      'web',
      '--domain',
      'customers',
      '--tag',
      'prod',
      '--property',
      'cost-center=42',
    );
    await json('project', 'create', 'web-test', '--parent', 'web', '--immutable');
    await fails(
      ['domain', 'delete', 'customers'],
      1,
      /Cannot delete a domain that is enabled.*domain set --disable/,
    );
    await home.run(['domain', 'set', '--disable', 'customers']);
    await fails(
      ['domain', 'delete', 'customers'],
      1,
      /project web-test \(\w+; immutable, since .*Nothing was changed/,
    );
    expect(await json('project', 'show', 'web')).toMatchObject({ tags: ['prod'], 'cost-center': '42' });
    await home.run(['project', 'set', '--no-immutable', 'web-test']);
    expect(await home.run(['domain', 'delete', 'customers'])).toMatchObject({ code: 0 });
    expect(await json('project', 'list', '-c', 'Name')).toEqual([{ Name: 'admin' }]);
  });

  it('shows what is above and below a project', async () => {
    const ids: Record<string, string> = {};
    for (const [name, ...parent] of [['top'], ['middle', '--parent', 'top'], ['leaf', '--parent', 'middle']])
      ids[name!] = (await json('project', 'create', name!, ...parent)).id;
    const [top, middle, leaf] = ['top', 'middle', 'leaf'].map((name) => ids[name]!) as [
      string,
      string,
      string,
    ];
    expect(await json('project', 'show', 'middle', '--parents', '--children')).toMatchObject({
      parents: { [top]: { default: null } },
      subtree: { [leaf]: null },
    });
    expect(await json('project', 'show', 'top', '--children')).toMatchObject({
      subtree: { [middle]: { [leaf]: null } },
    });
    expect(await json('project', 'show', 'leaf', '--children')).toMatchObject({ subtree: null });
    expect(await home.run(['project', 'delete', '--cascade', 'top'])).toMatchObject({ code: 0 });
  });

  it('lists projects by their tags, and users by the project that they have a role on', async () => {
    for (const [name, ...tags] of [['t-both', 'a', 'b'], ['t-one', 'a'], ['t-none']])
      await json('project', 'create', name!, ...tags.flatMap((tag) => ['--tag', tag]));
    const among = async (flag: string): Promise<string[]> =>
      (await json('project', 'list', flag, 'a,b', '-c', 'Name'))
        .map(({ Name: name }: { Name: string }) => name)
        .filter((name: string) => name.startsWith('t-'))
        .toSorted();
    expect(await among('--tags')).toEqual(['t-both']);
    expect(await among('--tags-any')).toEqual(['t-both', 't-one']);
    expect(await among('--not-tags')).toEqual(['t-none', 't-one']);
    expect(await among('--not-tags-any')).toEqual(['t-none']);
    expect(await json('user', 'list', '--project', 'admin', '-c', 'Name')).toEqual([{ Name: 'admin' }]);
    expect(await json('user', 'list', '--project', 't-none')).toEqual([]);
    expect(await home.run(['project', 'delete', 't-both', 't-one', 't-none'])).toMatchObject({ code: 0 });
  });

  it('grants and takes away roles', async () => {
    await json('project', 'create', 'shop');
    for (let time = 0; time < 2; time++)
      expect(await home.run(['role', 'add', 'member', '--user', 'alice', '--project', 'shop'])).toMatchObject(
        { code: 0 },
      );
    expect(await json('role', 'assignment', 'list', '--user', 'alice', '--names')).toEqual([
      {
        Role: 'member',
        User: 'alice@Default',
        Group: '',
        Project: 'shop@Default',
        Domain: '',
        System: '',
        Inherited: false,
      },
    ]);
    expect(
      await home.run(['role', 'remove', 'member', '--user', 'alice', '--project', 'shop']),
    ).toMatchObject({ code: 0 });
    await fails(
      ['role', 'remove', 'member', '--user', 'alice', '--project', 'shop'],
      1,
      /does not have the role member/,
    );
    await fails(
      ['implied', 'role', 'delete', 'admin', '--implied-role', 'manager'],
      1,
      /immutable role admin implies/,
    );
  });

  it('edits tags one by one, and all at once', async () => {
    const tags = async () => (await json('project', 'show', 'shop')).tags;
    await home.run(['project', 'set', 'shop', '--tag', 'a', '--tag', 'b']);
    await home.run(['project', 'set', 'shop', '--tag', 'c', '--remove-tag', 'a']);
    expect(await tags()).toEqual(['b', 'c']);
    await home.run(['project', 'set', 'shop', '--clear-tags', '--tag', 'd']);
    expect(await tags()).toEqual(['d']);
    expect(await json('project', 'list', '--tags', 'd', '-c', 'Name')).toEqual([{ Name: 'shop' }]);
  });
});

describe('passwords', () => {
  it('come from a file or standard input, and are nowhere in the audit', async () => {
    const file = path.join(home.dir, 'password');
    writeFileSync(file, 'canary-Pw-1\n', { mode: 0o600 });
    await json('user', 'create', 'bob', '--password-file', file);
    expect(
      await home.run(['user', 'password', 'set', 'bob', '--password-stdin'], { input: 'canary-Pw-2\n' }),
    ).toMatchObject({ code: 0 });
    const passwords = await home.query(
      "select p.expires_at is null as current from password p join local_user l on l.id = local_user_id where name = 'bob' order by p.id",
    );
    expect(passwords).toEqual([{ current: false }, { current: true }]);
    expect(JSON.stringify(await home.query('select * from keyward.audit'))).not.toContain('canary');
  });
});

it('a password on the command line is taken with a warning, and stands nowhere else', async () => {
  for (const command of [
    ['user', 'create', 'eve', '--password', 'canary-Pw-3'],
    ['user', 'set', 'eve', '--password', 'canary-Pw-4'],
    ['user', 'password', 'set', 'eve', '--password', 'canary-Pw-5'],
  ]) {
    const { code, stdout, stderr } = await home.run(command);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'Warning: `ps` shows a password given by --password; use --password-file or --password-stdin.\n',
    });
    expect(stdout).not.toContain('canary');
  }
  const [row] = await home.query<{ password_hash: string }>(
    "select password_hash from password p join local_user l on l.id = local_user_id where name = 'eve' order by p.id desc limit 1",
  );
  expect(await bcrypt.compare('canary-Pw-5', row!.password_hash)).toBe(true);
  expect(JSON.stringify(await json('audit', 'list', '--long'))).not.toContain('canary');
});

describe('a database that keyward has not synced', () => {
  const env = () => ({
    KEYWARD_KEYSTONE_DATABASE_URL: home.urlOf('adopted'),
  });
  beforeAll(async () => {
    await home.query('create database adopted template keystone', 'postgres');
    await home.query('drop schema keyward cascade', 'adopted');
  });

  it('can be read', async () => {
    expect(
      await home.run(['user', 'show', 'admin', '-c', 'name', '-f', 'value'], { env: env() }),
    ).toMatchObject({ code: 0, stdout: 'admin\n' });
    expect((await home.run(['role', 'show', 'reader'], { env: env() })).stdout).toContain(
      'not set through keyward',
    );
  });

  it('is not written, and the cure is named', async () => {
    await fails(['role', 'create', 'x'], 1, /keyward\.audit.*keyward db sync/, { env: env() });
    expect(await home.query("select from role where name = 'x'", 'adopted')).toEqual([]);
  });
});

it('warns where a Keystone caches, also if only some of several are written', async () => {
  const file = path.join(home.dir, 'keystone.conf');
  writeFileSync(file, '[cache]\nbackend = dogpile.cache.memcached\n[revoke]\ncache_time = 900\n');
  const configured = ['--config-file', file, '--embedded'];
  const told = 'may see the change only after 900 s';
  for (const name of ['cached', 'cached2'])
    expect((await home.run(['role', 'create', name, ...configured])).stderr).toContain(told);
  expect((await home.run(['role', 'show', 'cached', ...configured])).stderr).not.toContain(told);
  expect((await home.run(['role', 'delete', 'nowhere', ...configured])).stderr).not.toContain(told);
  const some = await home.run(['role', 'delete', 'cached', 'nowhere', ...configured]);
  expect(some).toMatchObject({ code: 1, stderr: expect.stringContaining(told) });
});
