import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runIdOf, TestHome } from '../support/home/cli.ts';

/** Stands in the user data of servers: Temporal, logs and the audit must not have it. */
const CANARY = 'user-data-canary-1';
const OTHERS_KEY = ['--os-user-id', 'mallory', '--os-project-id', 'evil'];

const home = TestHome.clone();
const file = (name: string): string => path.join(home.dir, name);
const done = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await home.run(args);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${code} ${stderr}`);
  return stdout;
};
const create = (name: string, ...more: string[]) =>
  home.run(['server', 'create', name, '--flavor', 'm1.tiny', '--image', 'tiny', '-f', 'json', ...more]);
const servers = (): Promise<{ ID: string; Name: string; Status: string }[]> => home.json('server', 'list');
const instances = () =>
  home.query('select uuid, display_name, vm_state from instances order by id', 'nova_cell1');
const folderOf = (uuid: string): string => path.join(home.dir, 'instances', uuid);

beforeAll(async () => {
  await done('db', 'sync');
  await done('db', 'sync', 'compute');
  await done('bootstrap', `--generate-password=${file('password')}`);
  await done('flavor', 'create', 'm1.tiny', '--ram', '64', '--disk', '1');
  await done('flavor', 'create', 'm1.nano', '--ram', '1', '--disk', '1');
  writeFileSync(file('data'), 'x'.repeat(4096));
  await done('image', 'create', 'tiny', '--file', file('data'), '--min-ram', '32');
  await done('keypair', 'create', 'laptop', '--private-key', file('laptop'));
  await done('keypair', 'create', 'theirs', '--private-key', file('theirs'), ...OTHERS_KEY);
  writeFileSync(file('setup'), `#!/bin/sh\necho ${CANARY}\n`);
});
afterAll(() => home.remove());

describe('a server', () => {
  let uuid: string;
  let run: string;

  it('is made by a run, and is ACTIVE then', async () => {
    const { code, stdout, stderr } = await create(
      'web1',
      '--key-name',
      'laptop',
      '--user-data',
      file('setup'),
      '--property',
      'role=web',
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const shown = JSON.parse(stdout);
    expect(shown).toMatchObject({
      name: 'web1',
      status: 'ACTIVE',
      key_name: 'laptop',
      properties: { role: 'web' },
    });
    uuid = shown.id;
    run = runIdOf(stderr)!;
    expect(run.endsWith(`/server/${uuid}`)).toBe(true);
  });

  it('has its disk and its config drive in the home, for nobody else to read', () => {
    const disk = openSync(path.join(folderOf(uuid), 'disk'), 'r');
    const begin = Buffer.alloc(4097);
    readSync(disk, begin);
    expect(begin.toString('latin1')).toBe(`${'x'.repeat(4096)}\0`);
    expect(fstatSync(disk)).toMatchObject({ size: 1024 ** 3, mode: 0o100600 });
    closeSync(disk);
    const drive = path.join(folderOf(uuid), 'config-drive', 'openstack', 'latest');
    expect(readFileSync(path.join(drive, 'user_data'), 'utf8')).toContain(CANARY);
    expect(JSON.parse(readFileSync(path.join(drive, 'meta_data.json'), 'utf8'))).toMatchObject({
      uuid,
      name: 'web1',
      meta: { role: 'web' },
      public_keys: { laptop: expect.stringContaining('ssh-ed25519 ') },
    });
  });

  it('whose user data is in no history, log or audit', async () => {
    const history = await home.run(['workflow', 'show', run, '-f', 'json']);
    expect(history.code).toBe(0);
    expect(history.stdout).toContain('serverCreate');
    const audits = await home.query<{ text: string }>(
      'select audit::text as text from keyward.audit',
      'nova_api',
    );
    expect(audits.some((audit) => audit.text.includes(uuid))).toBe(true);
    const logs = readdirSync(path.join(home.dir, 'log')).map((name) =>
      readFileSync(path.join(home.dir, 'log', name), 'utf8'),
    );
    const base64 = Buffer.from(CANARY).toString('base64').slice(0, 16);
    for (const told of [history.stdout, ...audits.map((audit) => audit.text), ...logs]) {
      expect(told).not.toContain(CANARY);
      expect(told).not.toContain(base64);
    }
  });

  it('is told of twice in the log of notifications', () => {
    const lines = readFileSync(path.join(home.dir, 'log', 'notifications.log'), 'utf8')
      .trim()
      .split('\n');
    const ofServer = lines
      .map((line) => JSON.parse(line))
      .filter(({ payload }) => payload['nova_object.data'].uuid === uuid);
    expect(ofServer.map(({ event_type }) => event_type)).toEqual([
      'instance.create.start',
      'instance.create.end',
    ]);
  });

  it('is renamed and labelled', async () => {
    await done('server', 'set', 'web1', '--name', 'web2', '--property', 'role=db', '--tag', 'blue');
    expect(await home.json('server', 'show', 'web2')).toMatchObject({
      id: uuid,
      properties: { role: 'db' },
      tags: ['blue'],
    });
  });

  it('is deleted, disk and all, and a deleted one is found by its id only', async () => {
    expect(await home.run(['server', 'delete', 'web2'])).toMatchObject({ code: 0, stdout: '' });
    expect(existsSync(folderOf(uuid))).toBe(false);
    expect(await servers()).toEqual([]);
    const again = await home.run(['server', 'delete', uuid]);
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was deleted. Nothing was changed.'),
    });
    expect(await home.json('server', 'event', 'list', uuid)).toMatchObject([
      { Action: 'delete' },
      { Action: 'create' },
    ]);
  });
});

describe('is refused, and nothing is written:', () => {
  it.each<[string, string[], number, RegExp]>([
    ['a name of blanks', [' '], 64, /can't be the name of a server/],
    ['user data that is too long', ['w', '--user-data', 'LONG'], 64, /The user data is too long/],
    [
      'a flavor that is not there',
      ['w', '--flavor', 'm1.tiyn'],
      1,
      /No Flavor found for m1\.tiyn.*Did you mean m1\.tiny\?/,
    ],
    [
      'an image that needs more memory',
      ['w', '--flavor', 'm1.nano'],
      1,
      /Flavor's memory is too small for requested image\./,
    ],
    ['the key of another user', ['w', '--key-name', 'theirs'], 1, /theirs not found/],
    ['a host that is not ours', ['w', '--host', 'nova-host'], 1, /is not one of keyward's/],
    ['a user without a project', ['w', '--os-user-id', 'alice'], 1, /for which project/],
  ])('%s', async (_, [name, ...more], code, says) => {
    const before = await instances();
    writeFileSync(file('LONG'), 'y'.repeat(49_152));
    const args = more.map((arg) => (arg === 'LONG' ? file('LONG') : arg));
    const given = ['--flavor', '--image'].filter((flag) => !args.includes(flag));
    const defaults = given.flatMap((flag) => [flag, flag === '--flavor' ? 'm1.tiny' : 'tiny']);
    const refused = await home.run(['server', 'create', name!, ...defaults, ...args]);
    expect(refused).toMatchObject({ code, stdout: '' });
    expect(refused.stderr).toMatch(says);
    expect(await instances()).toEqual(before);
    expect(await home.query('select from build_requests', 'nova_api')).toEqual([]);
  });
});

it('two servers of one name are both listed where one is meant', async () => {
  const [one, other] = await Promise.all([create('twin'), create('twin')]);
  const ids = [one, other].map(({ stdout }) => JSON.parse(stdout).id as string);
  const refused = await home.run(['server', 'delete', 'twin']);
  expect(refused.code).toBe(1);
  for (const id of ids) expect(refused.stderr).toContain(id);
  expect(await home.run(['server', 'delete', ...ids])).toMatchObject({ code: 0 });
});

it('a server that another run works on is refused, naming that run', async () => {
  const worker = { KEYWARD_COMPUTE_DRIVER: 'fake', KEYWARD_FAKE_COMPUTE: '{"spawn": {"delayMs": 600000}}' };
  const slow = await home.run(
    ['server', 'create', 'slow', '--flavor', 'm1.tiny', '--image', 'tiny', '--no-wait'],
    {
      env: worker,
    },
  );
  const run = slow.stdout.trim();
  const uuid = run.split('/').at(-1)!;
  const refused = await home.run(['server', 'delete', uuid], { env: worker });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`The run ${run} is under way since `);
  await done('workflow', 'terminate', run);
  const removed = await home.run(['server', 'delete', uuid]);
  expect(removed).toMatchObject({ code: 0 });
  expect(await servers()).toEqual([]);
});

it('what cannot be made is left in ERROR, with its fault, and the command says so', async () => {
  const worker = {
    KEYWARD_COMPUTE_DRIVER: 'fake',
    KEYWARD_FAKE_COMPUTE: '{"spawn": {"fail": "The disk is full."}}',
  };
  const failed = await home.run(['server', 'create', 'bad', '--flavor', 'm1.tiny', '--image', 'tiny'], {
    env: worker,
  });
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(/The server \S+ is in ERROR\. The disk is full\..*keyward server show/);
  const shown = await home.json('server', 'show', 'bad');
  expect(shown).toMatchObject({
    status: 'ERROR',
    fault: {
      code: 500,
      message: 'The build of the server failed on its host: FakeFailure.',
      details: 'The disk is full.',
    },
  });
  await done('server', 'delete', 'bad');
  expect(await done('cell', 'verify')).toContain('Nothing is wrong');
});
