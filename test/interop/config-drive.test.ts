import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseKey } from 'sshpk';
import { openDatabase } from '../../src/database/database.ts';
import { novaCellSchema } from '../../src/database/nova-cell/schema.ts';
import { findServer } from '../../src/database/nova-cell/server.repository.ts';
import { configDriveFiles, NO_VENDOR_DATA } from '../../src/drivers/compute/config-drive.ts';
import { LocalDriver } from '../../src/drivers/compute/local.ts';
import type { Server } from '../../src/rules/compute/server.ts';
import { madeUpKeyPair, madeUpServer } from '../support/drivers/made-up-server.ts';
import { isoToolPath, readByCloudInit, readIso } from '../support/interop/config-drive-readers.ts';
import { RealNova } from '../support/interop/real-nova.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'keyward-drive-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('of a server that a real Nova has booted, keyward makes the same config drive', () => {
  let nova: RealNova;
  beforeAll(async () => {
    nova = await RealNova.shared();
  });
  afterAll(() => nova?.close());

  /** Boots a server, and gives what Nova wrote for it and what keyward makes of its rows. */
  async function bothDrives(more: Record<string, unknown>): Promise<{ theirs: Drive; ours: Drive }> {
    const project = nova.project();
    if ('key_name' in more) {
      const keypair = { name: more['key_name'], type: 'ssh', public_key: publicKey() };
      const { status } = await project.member.call('POST', '/os-keypairs', { keypair });
      expect(status).toBe(201);
    }
    const id = await project.boot({ config_drive: true, ...more });
    expect(await project.settled(id)).toMatchObject({ status: 'ACTIVE' });
    const theirs = (await project.guest(id))!.configDrive!;
    const server = await serverOf(id);
    // The local driver goes by it when it makes the disk.
    expect(server.systemMetadata).toMatchObject({ image_disk_format: 'raw' });
    const files = configDriveFiles(server, NO_VENDOR_DATA, () => 'ours');
    const ours = [...files].map(([name, content]) => [name, content.toString()] as const);
    return { theirs: comparable(Object.entries(theirs)), ours: comparable(ours) };
  }

  async function serverOf(id: string): Promise<Server> {
    const cell = openDatabase(nova.databases.cell1, novaCellSchema);
    try {
      return (await cell.read((em) => findServer(em, id)))!;
    } finally {
      await cell.close();
    }
  }

  it.each([
    ['with a key, user data and metadata', () => everything()],
    ['with nothing', () => ({ name: 'plain' })],
    ['whose name is no hostname', () => ({ name: 'Größe ☃ "1"' })],
    ['of another hostname', () => ({ name: 'one', hostname: 'other' })],
  ])('%s', async (_, more) => {
    const { theirs, ours } = await bothDrives(more());
    expect(Object.keys(ours).toSorted()).toEqual(Object.keys(theirs).toSorted());
    expect(ours).toEqual(theirs);
    const fields = (drive: Drive) => Object.keys(drive['openstack/latest/meta_data.json'] as object);
    expect(fields(ours)).toEqual(fields(theirs));
  });
});

type Drive = Record<string, unknown>;

const everything = (): Record<string, unknown> => ({
  name: 'all of it',
  key_name: `key of ${path.basename(dir)}`,
  user_data: Buffer.from('#cloud-config\n# grüße ☃\n').toString('base64'),
  metadata: { color: 'red', size: 'größe ☃' },
});

/**
 * Gives the contents by path, JSON parsed. These differ, and only their form is compared: each file has a seed of its
 * own, and Nova numbers servers and images in tables of their own for Amazon's kind of ids. The password that Nova makes
 * up for an admin is left out: keyward sets none.
 */
const comparable = (files: Iterable<readonly [string, string]>): Drive =>
  Object.fromEntries(
    [...files].map(([name, text]) => [name, name.endsWith('.json') ? JSON.parse(text, formOf) : text]),
  );
const formOf = (field: string, value: unknown): unknown => {
  if (field === 'admin_pass') return undefined;
  if (field === 'random_seed') return typeof value;
  return /^(ami|instance)-id$/.test(field) ? String(value).replace(/[0-9a-f]{8}$/, 'digits') : value;
};

const publicKey = (): string => {
  const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' });
  return parseKey(pem, 'pem').toString('ssh');
};

describe('of what the local driver lays down', () => {
  const userData = Buffer.from([...Buffer.from('#!/bin/sh\n# grüße\n'), 0, 255, 128]);
  const pair = madeUpKeyPair();
  const server = (): Server =>
    madeUpServer({
      displayName: 'Größe ☃',
      hostname: 'groesse',
      keyName: pair.name,
      keyPairs: [pair],
      userData: userData.toString('base64'),
      metadata: { color: 'red' },
    });
  /** What cloud-init must know in the end. */
  const known = ({ uuid }: Server) => ({
    found: true,
    version: 2,
    instance_id: uuid,
    hostname: expect.stringContaining("hostname='groesse'"),
    public_keys: [pair.publicKey],
    user_data: userData.toString('base64'),
    availability_zone: 'nova',
    vendor_data: {},
    vendor_data2: { static: {} },
    network: {},
  });

  /** Spawns a server and gives its folder. */
  async function laidDown(spawned: Server, searchPath: string): Promise<string> {
    const home = mkdtempSync(path.join(dir, 'home-'));
    const image = path.join(home, 'image');
    writeFileSync(image, 'an image');
    await new LocalDriver({ home, images: { dataPath: async () => image }, searchPath }).spawn(spawned);
    return path.join(home, 'instances', spawned.uuid);
  }

  it("a guest's cloud-init reads the folder", async () => {
    const spawned = server();
    const folder = await laidDown(spawned, '');
    expect(await readByCloudInit(path.join(folder, 'config-drive'))).toMatchObject(known(spawned));
  });

  it.each(['xorriso', 'genisoimage'] as const)(
    "pycdlib, and a guest's cloud-init, read the image that %s makes",
    async (tool) => {
      const spawned = server();
      const folder = await laidDown(spawned, await isoToolPath(tool));
      const image = await readIso(path.join(folder, 'disk.config'));
      const files = Object.fromEntries(
        filesIn(path.join(folder, 'config-drive')).map(([name, bytes]) => [name, bytes.toString('base64')]),
      );
      expect(Object.keys(files).length).toBeGreaterThan(40);
      expect(image).toMatchObject({ label: 'config-2', rock_ridge: files, joliet: files });
      expect(Object.keys(image.rock_ridge!).toSorted()).toEqual(Object.keys(files).toSorted());

      const mounted = path.join(folder, 'mounted');
      for (const [name, content] of Object.entries(image.rock_ridge!)) {
        mkdirSync(path.dirname(path.join(mounted, name)), { recursive: true });
        writeFileSync(path.join(mounted, name), Buffer.from(content, 'base64'));
      }
      expect(await readByCloudInit(mounted)).toMatchObject(known(spawned));
    },
  );
});

const filesIn = (folder: string): [string, Buffer][] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => [path.relative(folder, file), readFileSync(file)]);
