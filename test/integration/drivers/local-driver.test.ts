import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Server } from '../../../src/rules/compute/server.ts';
import { RuleError } from '../../../src/rules/errors.ts';
import { IMAGE, LocalHome, OTHER_IMAGE } from '../../support/drivers/local-home.ts';
import { madeUpFlavor, madeUpKeyPair, madeUpServer } from '../../support/drivers/made-up-server.ts';

const OTHER = '00000000-0000-4000-8000-000000000002';
const SECRET = 'SECRET user data';
let home: LocalHome;
let server: Server;
let image: string;
beforeEach(() => {
  home = new LocalHome();
  server = madeUpServer({
    flavor: madeUpFlavor({ rootGb: 0 }),
    keyName: 'k',
    keyPairs: [madeUpKeyPair()],
    userData: Buffer.from(SECRET).toString('base64'),
  });
  image = home.addImage(server.imageRef!, IMAGE);
  home.addImage(OTHER, OTHER_IMAGE);
});
afterEach(() => home.remove());

const inode = (name: string): number => statSync(home.at(server.uuid, name)).ino;
const disk = (): Buffer => home.read(server.uuid, 'disk')!.get('')!;
const metaData = (): Record<string, unknown> =>
  JSON.parse(
    home.read(server.uuid, 'config-drive')!.get('openstack/latest/meta_data.json')!.toString(),
  ) as Record<string, unknown>;

describe('a disk', () => {
  it("of a raw image grows to the flavor's size, and takes up no more than the image's data", async () => {
    await home.driver().spawn({ ...server, flavor: madeUpFlavor({ rootGb: 1 }) });
    const { size, blocks } = statSync(home.at(server.uuid, 'disk'));
    expect(size).toBe(1024 ** 3);
    // The image has a hole of two MiB.
    expect(blocks * 512).toBeLessThan(IMAGE.length - 1024 ** 2);
    const grown = openSync(home.at(server.uuid, 'disk'), 'r');
    const head = Buffer.alloc(IMAGE.length);
    readSync(grown, head, 0, IMAGE.length, 0);
    closeSync(grown);
    expect(head.equals(IMAGE)).toBe(true);
  });

  it.each([
    ['of another format is only copied', 1, 'qcow2'],
    ['of an image that nothing is known of is only copied', 1, undefined],
    ['of a flavor without a size has the size of the image', 0, 'raw'],
  ])('%s', async (_, rootGb, format) => {
    const systemMetadata = format === undefined ? {} : { image_disk_format: format };
    await home.driver().spawn({ ...server, flavor: madeUpFlavor({ rootGb }), systemMetadata });
    expect(disk().equals(IMAGE)).toBe(true);
  });

  it('of an empty image is empty', async () => {
    home.addImage(server.imageRef!, Buffer.alloc(0));
    await home.driver().spawn(server);
    expect(disk()).toHaveLength(0);
  });
});

describe('a second spawn', () => {
  it('leaves everything as it is, what the guest has written included', async () => {
    await home.driver(home.tools).spawn(server);
    const parts = ['disk', 'config-drive', 'disk.config', 'laid-down.json'];
    const before = [parts.map(inode), metaData()];
    writeFileSync(home.at(server.uuid, 'disk'), 'written by the guest');
    await home.driver(home.tools).spawn({ ...server, vmState: 'active', taskState: null });
    expect([parts.map(inode), metaData()]).toEqual(before);
    expect(disk().toString()).toBe('written by the guest');
  });

  it('makes the config drive anew where its content should differ, and not the disk', async () => {
    await home.driver(home.tools).spawn(server);
    const before = ['disk', 'config-drive', 'disk.config'].map(inode);
    await home.driver(home.tools).spawn({ ...server, metadata: { color: 'blue' } });
    expect(metaData()).toMatchObject({ meta: { color: 'blue' } });
    const [kept, ...remade] = ['disk', 'config-drive', 'disk.config'].map(inode);
    expect(kept).toBe(before[0]);
    for (const at of [0, 1]) expect(remade[at]).not.toBe(before[at + 1]);
  });

  it('makes the disk anew of another image', async () => {
    await home.driver().spawn(server);
    await home.driver().spawn({ ...server, imageRef: OTHER });
    expect(disk().equals(OTHER_IMAGE)).toBe(true);
  });

  it.each(['disk', 'config-drive', 'disk.config'])(
    'makes %s anew where somebody removed it',
    async (part) => {
      await home.driver(home.tools).spawn(server);
      rmSync(home.at(server.uuid, part), { recursive: true });
      await home.driver(home.tools).spawn(server);
      expect(home.read(server.uuid, part)).not.toBeNull();
    },
  );

  it('makes the image of the config drive once there is a tool', async () => {
    await home.driver().spawn(server);
    expect(home.read(server.uuid, 'disk.config')).toBeNull();
    await home.driver(home.tools).spawn(server);
    expect(home.read(server.uuid, 'disk.config')).not.toBeNull();
  });

  it('leaves no image of an older config drive where the tool is gone', async () => {
    await home.driver(home.tools).spawn(server);
    await home.driver().spawn({ ...server, metadata: { color: 'blue' } });
    expect(home.read(server.uuid, 'disk.config')).toBeNull();
  });
});

it('nobody else can read anything of it, whatever the mask of the account', () => {
  expect(home.run({ spawn: server }, image)).toMatchObject({ error: null });
  const modes = Object.entries(home.modes());
  expect(modes.length).toBeGreaterThan(60);
  expect(modes.filter(([, mode]) => !['folder 700', 'file 600'].includes(mode))).toEqual([]);
});

describe('destroy and list', () => {
  it('nothing is there before the first spawn', async () => {
    expect(await home.driver().list()).toEqual([]);
    await home.driver().destroy(server.uuid);
    expect(await home.driver().list()).toEqual([]);
  });

  it('one server goes, and the others stay', async () => {
    const other = madeUpServer();
    for (const each of [server, other]) await home.driver().spawn(each);
    expect((await home.driver().list()).toSorted()).toEqual([server.uuid, other.uuid].toSorted());
    for (let time = 0; time < 2; time += 1) {
      await home.driver().destroy(server.uuid);
      expect(await home.driver().list()).toEqual([other.uuid]);
    }
  });

  it('what is half made or half removed is something, and goes too', async () => {
    mkdirSync(home.at(server.uuid, '.draft-abcdef/config-drive'), { recursive: true });
    const removed = '00000000-0000-4000-8000-000000000009';
    mkdirSync(home.at(`.removed-${removed}-${OTHER}`, 'config-drive'), { recursive: true });
    for (const name of ['no-server-at-all', `${OTHER}-copy`]) mkdirSync(home.at(name));
    expect((await home.driver().list()).toSorted()).toEqual([server.uuid, removed].toSorted());
    for (const uuid of [server.uuid, removed]) await home.driver().destroy(uuid);
    expect(await home.driver().list()).toEqual([]);
  });

  it.each(['..', '../../etc', '', 'no-uuid', `${OTHER}/..`])(
    '%j is no uuid, and nothing is done',
    async (uuid) => {
      await expect(home.driver().destroy(uuid)).rejects.toThrow(/is no server's uuid/);
      await expect(home.driver().spawn({ ...server, uuid })).rejects.toThrow(/is no server's uuid/);
    },
  );
});

describe('what can be mended is told', () => {
  it('a folder of servers that is none', async () => {
    writeFileSync(home.at(''), 'a file');
    await expect(home.driver().list()).rejects.toMatchObject({ name: 'ServerFilesRefused' });
  });

  const failing = async (spawned: Server, searchPath = ''): Promise<RuleError> => {
    const error = await home
      .driver(searchPath)
      .spawn(spawned)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RuleError);
    return error as RuleError;
  };

  it('an image that is not known, in the words of who keeps them', async () => {
    expect(await failing({ ...server, imageRef: 'x' })).toMatchObject({ name: 'ImageNotFound' });
  });

  it('an image whose data is gone', async () => {
    rmSync(image);
    expect(await failing(server)).toMatchObject({
      name: 'ImageDataMissing',
      message: expect.stringContaining(server.imageRef!),
      cure: expect.stringContaining('keyward image list'),
    });
  });

  it.each([null, ''])('a server without an image (%j)', async (imageRef) => {
    expect(await failing({ ...server, imageRef })).toMatchObject({ name: 'ServerWithoutImage' });
    expect(await home.driver().list()).toEqual([]);
  });

  it('a record that is damaged, and the disk beside it is left alone', async () => {
    await home.driver().spawn(server);
    const before = inode('disk');
    writeFileSync(home.at(server.uuid, 'laid-down.json'), '{"ima');
    expect(await failing(server)).toMatchObject({ name: 'LaidDownUnreadable' });
    expect(inode('disk')).toBe(before);
  });

  const LEAKING = 'cat "$folder"/openstack/latest/user_data >&2';
  const LAST = 'for folder; do :; done';
  it.each([
    ['fails', `${LAST}\n${LEAKING}\nexit 5`, 'IsoToolFailed', 'ended with 5'],
    [
      'finds no room',
      `echo "libburn : SORRY : No space left on device" >&2\nexit 5`,
      'ServerFilesRefused',
      'full',
    ],
    ['is killed', 'kill -9 $$', 'IsoToolFailed', 'was ended by SIGKILL'],
  ])('a tool for images that %s', async (_, script, name, message) => {
    home.setTool(`#!/bin/sh\n${script}\n`);
    const error = await failing(server, home.tools);
    expect(error).toMatchObject({ name, message: expect.stringContaining(message) });
    expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(SECRET);
    home.setTool('#!/bin/sh\nfor last; do [ "$previous" = -o ] && : > "$last"; previous="$last"; done\n');
    await home.driver(home.tools).spawn(server);
    expect(home.read(server.uuid, 'config-drive')).not.toBeNull();
  });
});

it('a tool for images is told nothing secret, and not the environment either', async () => {
  process.env['KEYWARD_TEST_SECRET'] = SECRET;
  try {
    await home.driver(home.tools).spawn(server);
  } finally {
    delete process.env['KEYWARD_TEST_SECRET'];
  }
  const told = ['arguments', 'environment'].map((name) => readFileSync(path.join(home.tools, name), 'utf8'));
  for (const secret of [SECRET, server.userData!, server.keyPairs[0]!.publicKey])
    expect(told.join()).not.toContain(secret);
  expect(told[0]!.split('\n').slice(0, 3)).toEqual(['-no_rc', '-as', 'mkisofs']);
});

it('a search path may name folders and files that are no programs', async () => {
  mkdirSync(path.join(home.dir, 'bin/xorriso'), { recursive: true });
  mkdirSync(path.join(home.dir, 'sbin'));
  writeFileSync(path.join(home.dir, 'sbin/mkisofs'), 'not executable', { mode: 0o644 });
  await home.driver(`:${path.join(home.dir, 'bin')}:${path.join(home.dir, 'sbin')}:/nowhere`).spawn(server);
  expect(home.read(server.uuid, 'disk.config')).toBeNull();
});
