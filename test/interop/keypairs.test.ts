import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensurePostgres } from '../../src/daemons/postgres/server.ts';
import type { ComputeServices } from '../../src/engine/open-compute.ts';
import { actor, openTestCompute } from '../support/cloud/cells.ts';
import { type Outcome, TestHome } from '../support/home/cli.ts';
import { novaDatabases } from '../support/interop/nova/databases.ts';
import type { Answer, NovaProject } from '../support/interop/nova/project.ts';
import { RealNova } from '../support/interop/real-nova.ts';
import { BAD_KEYS, GOOD_KEYS, STRICTER } from '../support/public-keys.ts';

const home = TestHome.clone();
let nova: RealNova;
let project: NovaProject;
let services: ComputeServices;
beforeAll(async () => {
  mkdirSync(path.join(home.dir, 'keys'));
  const databases = novaDatabases(await ensurePostgres(home.home, () => {}));
  expect(await home.run(['db', 'sync', 'compute'])).toMatchObject({ code: 0 });
  nova = await RealNova.start({ dir: path.join(home.dir, 'nova'), databases, sync: false });
  project = nova.project();
  services = await openTestCompute(databases.api);
});
afterAll(async () => {
  await services?.close();
  await nova?.close();
  await home.remove();
});

const inHome = (name: string): string => path.join(home.dir, 'keys', name);
function fileOf(text: string): string {
  const file = inHome('given.pub');
  writeFileSync(file, text);
  return file;
}
/** keyward beside the Nova, as its user alice. */
const keypair = (...args: string[]): Promise<Outcome> =>
  home.run(['keypair', ...args, '--config-file', nova.config, '--os-user-id', 'alice']);
const openstack = (...args: string[]): Promise<Outcome> =>
  nova.tools.openstack(project.member.env, 'keypair', ...args);
const ask = (method: string, name = '', body?: object): Promise<Answer> =>
  project.member.call(
    method,
    `/os-keypairs${name && `/${encodeURIComponent(name)}`}`,
    body && { keypair: body },
  );
const rowOf = async (name: string) => {
  const [row] = await home.query<Record<string, unknown>>(
    `select * from key_pairs where user_id = 'alice' and name = '${name}'`,
    'nova_api',
  );
  return row;
};

describe('a key pair that keyward made', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'])(
    'of the kind %s is shown by Nova, and a server boots with it',
    async (type) => {
      const file = inHome(type);
      const made = await keypair('create', type, '--key-type', type, '--private-key', file, '-f', 'json');
      expect(made).toMatchObject({ code: 0, stderr: '' });
      const { fingerprint, created_at } = JSON.parse(made.stdout);
      const publicKey = (await keypair('show', type, '--public-key')).stdout.trim();
      const { status, body } = await ask('GET', type);
      expect([status, body.keypair]).toEqual([
        200,
        {
          name: type,
          type: 'ssh',
          user_id: 'alice',
          fingerprint,
          public_key: publicKey,
          created_at,
          id: expect.any(Number),
          deleted: false,
          deleted_at: null,
          updated_at: null,
        },
      ]);
      const id = await project.boot({ key_name: type, config_drive: true });
      expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE', key_name: type });
      const { configDrive } = (await project.guest(id))!;
      const metadata = JSON.parse(configDrive!['openstack/latest/meta_data.json']!);
      expect(metadata.public_keys).toEqual({ [type]: publicKey });
      // paramiko and cryptography are what Nova itself reads and makes keys with.
      const program =
        'import paramiko, sys; k = paramiko.PKey.from_path(sys.argv[1]); print(k.get_name(), k.get_base64())';
      const python = path.join(nova.tools.bin, 'python');
      expect(execFileSync(python, ['-W', 'ignore', '-c', program, file]).toString().trim()).toBe(publicKey);
    },
  );

  it('is deleted by Nova', async () => {
    expect(
      await keypair(
        'create',
        'theirs',
        '--public-key',
        fileOf(GOOD_KEYS['with a comment of several words']!),
      ),
    ).toMatchObject({ code: 0 });
    expect(await ask('DELETE', 'theirs')).toMatchObject({ status: 204 });
    expect(await keypair('show', 'theirs')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Keypair theirs not found for user alice.'),
    });
  });
});

describe('a key pair that Nova made', () => {
  it('is listed, shown and deleted by keyward', async () => {
    // Until microversion 2.92 Nova makes keys itself.
    const made = await project.member.call('POST', '/os-keypairs', { keypair: { name: 'novas' } }, '2.2');
    expect(made).toMatchObject({ status: 201, body: { keypair: { private_key: expect.any(String) } } });
    const { body } = await ask('GET', 'novas');
    const { fingerprint, created_at, public_key } = body.keypair;
    const shown = await keypair('show', 'novas', '-f', 'json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: 'novas', fingerprint, created_at });
    expect((await keypair('show', 'novas', '--public-key')).stdout).toBe(`${public_key}\n`);
    expect(await keypair('create', 'novas', '--public-key', fileOf(public_key))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Key pair 'novas' already exists."),
    });
    expect(await ask('POST', '', { name: 'novas', public_key })).toMatchObject({
      status: 409,
      body: { conflictingRequest: { message: "Key pair 'novas' already exists." } },
    });
    expect(await keypair('delete', 'novas')).toMatchObject({ code: 0 });
    expect(await ask('GET', 'novas')).toMatchObject({ status: 404 });
  });

  it.each([
    ['list', []],
    ['list', ['-f', 'csv', '--marker', 'a b']],
    ['list', ['-f', 'value', '--max-items', '1']],
    ['show', ['a b']],
    ['show', ['a b', '-f', 'shell']],
  ])('`keypair %s %j` prints what openstackclient prints', async (command, args) => {
    for (const name of ['a b', 'B@c.d', 'a-c'])
      await ask('POST', '', { name, public_key: GOOD_KEYS['with a comment of several words']! });
    const [theirs, ours] = await Promise.all([openstack(command, ...args), keypair(command, ...args)]);
    expect({ code: ours.code, stdout: ours.stdout }).toEqual({ code: 0, stdout: theirs.stdout });
  });
});

describe('Nova and keyward judge', () => {
  const keywards = async (name: string, text: string): Promise<string> => {
    const { keyPairs } = services;
    const make = async () =>
      keyPairs.create({ userId: 'alice', name, ...(await keyPairs.readPublicKey(text)) }, actor());
    return make().then(
      () => 'made',
      (error: Error) => error.name,
    );
  };
  const novas = async (name: string, text: string): Promise<number> =>
    (await ask('POST', '', { name, public_key: text })).status;
  const GOOD = GOOD_KEYS['without a comment']!;

  it.each(Object.entries(GOOD_KEYS))('a public key %s alike: the rows are the same', async (_, text) => {
    expect(await novas('good', text)).toBe(201);
    const theirs = await rowOf('good');
    await ask('DELETE', 'good');
    expect(await keywards('good', text)).toBe('made');
    expect(await rowOf('good')).toEqual({ ...theirs, id: expect.any(Number), created_at: expect.any(Date) });
    expect(await ask('DELETE', 'good')).toMatchObject({ status: 204 });
  });

  it.each(Object.entries(BAD_KEYS))('%s alike: both refuse it', async (_, text) => {
    expect([await novas('bad', text), await keywards('bad', text)]).toEqual([400, 'InvalidKeypair']);
    expect(await rowOf('bad')).toBeUndefined();
  });

  it.each(Object.entries(STRICTER))('%s unlike: keyward alone refuses it', async (about, text) => {
    expect([await novas(about, text), await keywards(`our ${about}`, text)]).toEqual([201, 'InvalidKeypair']);
  });

  it.each([
    ['k'.repeat(255), true],
    ['k'.repeat(256), false],
    ['Alice_s key-2 @home.example', true],
    ['a/b', false],
    ['clé', false],
    [' a', false],
    ['a ', false],
    ['', false],
  ])('the name %j alike', async (name, isGood) => {
    const status = await novas(name, GOOD);
    if (isGood) await ask('DELETE', name);
    expect([status, await keywards(name, GOOD)]).toEqual(isGood ? [201, 'made'] : [400, 'UsageError']);
  });
});
