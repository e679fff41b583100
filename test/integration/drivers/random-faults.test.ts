import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configDriveFiles, NO_VENDOR_DATA } from '../../../src/drivers/compute/config-drive.ts';
import type { Server } from '../../../src/rules/compute/server.ts';
import type { Counted } from '../../support/drivers/break-at-call.ts';
import { IMAGE, LocalHome, OTHER_IMAGE } from '../../support/drivers/local-home.ts';
import { madeUpFlavor, madeUpKeyPair, madeUpServer } from '../../support/drivers/made-up-server.ts';

/**
 * The local driver in a process that is killed, or whose disk becomes full, at one of its calls of the file system: at
 * each rename, since those change what stands at its place, and at others that KEYWARD_SEED chooses, more of
 * them in `npm run stress`.
 */
const STRESS = process.env['KEYWARD_STRESS'] === '1';
const SEED = Number(process.env['KEYWARD_SEED'] ?? (STRESS ? Date.now() % 1_000_000 : 20_261_130));
const ROUNDS = STRESS ? 40 : 3;

function chosen({ calls, renames }: Counted): number[] {
  const step = calls / ROUNDS;
  const others = Array.from(
    { length: ROUNDS },
    (_, at) => 1 + Math.floor(at * step + ((SEED * (at + 7)) % step)),
  );
  return [...new Set([...renames, ...others])];
}

const OTHER = '00000000-0000-4000-8000-000000000002';
let home: LocalHome;
let first: Server;
let image: string;
let otherImage: string;
beforeEach(() => {
  home = new LocalHome();
  first = madeUpServer({
    // So that the disk is the image and nothing more, which is quick to compare.
    flavor: madeUpFlavor({ rootGb: 0 }),
    keyName: 'k',
    keyPairs: [madeUpKeyPair()],
    userData: Buffer.from('SECRET user data').toString('base64'),
    metadata: { color: 'red' },
  });
  image = home.addImage(first.imageRef!, IMAGE);
  otherImage = home.addImage(OTHER, OTHER_IMAGE);
});
afterEach(() => home.remove());

const namesIn = (folder: string): string[] => readdirSync(folder).toSorted();
const filesOf = (server: Server) => configDriveFiles(server, NO_VENDOR_DATA, () => 'a seed');
const withoutSeeds = (files: Map<string, Buffer>): Record<string, string> =>
  Object.fromEntries(
    [...files].map(([name, bytes]) => [
      name,
      bytes.toString().replace(/"random_seed":"[^"]*"/, '"random_seed":"a seed"'),
    ]),
  );

/** What is at its place is whole, and of one of the servers that were spawned. */
function expectWhole(servers: { server: Server; data: Buffer }[]): void {
  const { uuid } = servers[0]!.server;
  const disk = home.read(uuid, 'disk')?.get('');
  if (disk) expect(servers.some(({ data }) => data.equals(disk))).toBe(true);
  const drive = home.read(uuid, 'config-drive');
  if (drive)
    expect(servers.map(({ server }) => withoutSeeds(filesOf(server)))).toContainEqual(withoutSeeds(drive));
  const record = home.read(uuid, 'laid-down.json')?.get('');
  if (record) expect(Object.keys(JSON.parse(record.toString()) as object)).toEqual(['image', 'configDrive']);
}

function expectLaidDown(server: Server, data: Buffer): void {
  expect(namesIn(home.at(server.uuid))).toEqual(['config-drive', 'disk', 'disk.config', 'laid-down.json']);
  expect(home.read(server.uuid, 'disk')!.get('')!.equals(data)).toBe(true);
  expect(withoutSeeds(home.read(server.uuid, 'config-drive')!)).toEqual(withoutSeeds(filesOf(server)));
  // The stand-in for xorriso makes an archive, which ends with the last of its files or it is no archive at all.
  expect(home.read(server.uuid, 'disk.config')!.get('')!.length).toBeGreaterThan(40_000);
}

/** Counts the calls of an undisturbed attempt in a home of its own. */
async function callsOf(attempt: () => Counted | null, before = async () => {}): Promise<Counted> {
  await before();
  const ended = attempt();
  expect(ended).toMatchObject({ error: null });
  home.remove();
  home = new LocalHome();
  image = home.addImage(first.imageRef!, IMAGE);
  otherImage = home.addImage(OTHER, OTHER_IMAGE);
  return ended!;
}

describe(`a kill at any point (seed ${SEED}) leaves whole files, and the next attempt does the rest`, () => {
  it('of a first spawn', async () => {
    const counted = await callsOf(() => home.run({ spawn: first }, image));
    expect(counted.calls).toBeGreaterThan(150);
    expect(counted.renames).toHaveLength(7);
    for (const at of chosen(counted)) {
      expect(home.run({ spawn: first }, image, { at, by: 'SIGKILL' })).toBeNull();
      expectWhole([{ server: first, data: IMAGE }]);
      await home.driver(home.tools).spawn(first);
      expectLaidDown(first, IMAGE);
      await home.driver().destroy(first.uuid);
    }
  });

  it('of a spawn with another image and other metadata', async () => {
    const later = { ...first, imageRef: OTHER, metadata: { color: 'blue' } };
    const spawnFirst = () => home.driver(home.tools).spawn(first);
    const counted = await callsOf(() => home.run({ spawn: later }, otherImage), spawnFirst);
    for (const at of chosen(counted)) {
      await spawnFirst();
      expect(home.run({ spawn: later }, otherImage, { at, by: 'SIGKILL' })).toBeNull();
      expectWhole([
        { server: first, data: IMAGE },
        { server: later, data: OTHER_IMAGE },
      ]);
      await home.driver(home.tools).spawn(later);
      expectLaidDown(later, OTHER_IMAGE);
    }
  });

  it('of a destroy', async () => {
    const spawn = () => home.driver(home.tools).spawn(first);
    const act = { destroy: first.uuid };
    const counted = await callsOf(() => home.run(act, image), spawn);
    for (let at = 1; at <= counted.calls; at += 1) {
      await spawn();
      expect(home.run(act, image, { at, by: 'SIGKILL' })).toBeNull();
      expectWhole([{ server: first, data: IMAGE }]);
      const left = namesIn(path.join(home.dir, 'instances'));
      expect(await home.driver().list()).toEqual(left.length > 0 ? [first.uuid] : []);
      await home.driver().destroy(first.uuid);
      expect(namesIn(path.join(home.dir, 'instances'))).toEqual([]);
    }
  });
});

it(`a disk that becomes full at any point (seed ${SEED}) is told, and the next attempt does the rest`, async () => {
  const counted = await callsOf(() => home.run({ spawn: first }, image, { at: 0, by: 'ENOSPC' }));
  expect(counted.calls).toBeGreaterThan(100);
  for (const at of chosen(counted)) {
    const ended = home.run({ spawn: first }, image, { at, by: 'ENOSPC' });
    expect(ended!.error).toMatchObject({
      name: 'ServerFilesRefused',
      message: expect.stringContaining(
        `Server ${first.uuid} can't be laid down: the file system is full (ENOSPC`,
      ),
      cure: 'Free room there, and try again.',
    });
    expectWhole([{ server: first, data: IMAGE }]);
    await home.driver(home.tools).spawn(first);
    expectLaidDown(first, IMAGE);
    await home.driver().destroy(first.uuid);
  }
});
