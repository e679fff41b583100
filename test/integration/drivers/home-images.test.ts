import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HomeImages } from '../../../src/drivers/images/home-images.ts';
import { makingName } from '../../../src/drivers/images/leftovers.ts';
import type { NewImage } from '../../../src/rules/compute/image.ts';
import { until } from '../../support/home/cli.ts';

const GIB = 2 ** 30;
let root: string;
let dir: string;
let images: HomeImages;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'keyward-images-'));
  dir = path.join(root, 'images');
  images = new HomeImages(dir);
});
afterEach(() => rmSync(root, { recursive: true }));

const wanted = (name: string): NewImage => ({
  name,
  disk_format: null,
  min_disk: 1,
  min_ram: 64,
  properties: { k: 'v' },
});
/** Makes a file that begins with these bytes and goes on with a hole. */
function fileOf(content: string | Buffer, size?: number): string {
  const file = path.join(root, randomUUID());
  writeFileSync(file, content);
  if (size !== undefined) truncateSync(file, size);
  return file;
}
const folders = (): string[] => (existsSync(dir) ? readdirSync(dir).toSorted() : []);
const namesOf = async (): Promise<string[]> => (await images.list()).map(({ name }) => name);

describe('a new image', () => {
  it('has the data of the file, its MD5, and what was asked for', async () => {
    const data = randomBytes(700_000);
    const image = await images.create(fileOf(data), wanted('a'));
    expect(image).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/),
      name: 'a',
      status: 'active',
      checksum: createHash('md5').update(data).digest('hex'),
      disk_format: 'raw',
      container_format: 'bare',
      size: data.length,
      min_disk: 1,
      min_ram: 64,
      owner: null,
      properties: { k: 'v' },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: image.created_at,
    });
    expect(readFileSync(images.dataPath(image.id)).equals(data)).toBe(true);
    expect(await images.list()).toEqual([image]);
    expect(await images.find('a')).toEqual(image);
    expect(JSON.parse(readFileSync(path.join(dir, image.id, 'image.json'), 'utf8'))).toEqual(image);
  });

  it('keeps holes, and its checksum is of what a reader reads', async () => {
    const file = fileOf(randomBytes(1000), 64 << 20);
    appendFileSync(file, 'the end');
    const { id, checksum, size } = await images.create(file, wanted('sparse'));
    const read = readFileSync(images.dataPath(id));
    expect(read.equals(readFileSync(file))).toBe(true);
    expect([size, checksum]).toEqual([read.length, createHash('md5').update(read).digest('hex')]);
    expect(statSync(images.dataPath(id)).blocks * 512).toBeLessThan(1 << 20);
  });

  it('is for this account alone, whatever the umask', async () => {
    const umask = process.umask(0);
    try {
      const { id } = await images.create(fileOf('x'), wanted('a'));
      const modes = [dir, path.join(dir, id), images.dataPath(id), path.join(dir, id, 'image.json')].map(
        (name) => statSync(name).mode & 0o777,
      );
      expect(modes).toEqual([0o700, 0o700, 0o600, 0o600]);
    } finally {
      process.umask(umask);
    }
  });

  it('may have the name of another one, also when both are made at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, at) => images.create(fileOf(`${at}`), wanted('twin'))),
    );
    const ids = made.map(({ id }) => id).toSorted();
    expect((await images.list()).map(({ id }) => id)).toEqual(ids);
    expect(folders()).toEqual(ids);
    await expect(images.find('twin')).rejects.toMatchObject({ name: 'ImageAmbiguous' });
  });

  it('is listed by its name', async () => {
    for (const name of ['b', 'B', 'a']) await images.create(fileOf('x'), wanted(name));
    expect(await namesOf()).toEqual(['B', 'a', 'b']);
  });
});

describe('refused, and nothing is left of it:', () => {
  it.each<[string, () => string, number, RegExp]>([
    ['an empty file', () => fileOf(''), 64, /it is empty/],
    ['a folder', () => root, 64, /it is no regular file/],
    ['a device', () => '/dev/zero', 64, /it is no regular file/],
    ['a file that is not there', () => path.join(root, 'nosuch'), 64, /ENOENT/],
    [
      'half a qcow2',
      () => fileOf(Buffer.concat([Buffer.from('QFI\xfb\0\0\0\x02', 'latin1'), Buffer.alloc(8, 1)])),
      64,
      /refers to another/,
    ],
  ])('%s', async (_, file, exitCode, message) => {
    await expect(images.create(file(), wanted('a'))).rejects.toMatchObject({
      exitCode,
      message: expect.stringMatching(message),
    });
    expect([folders(), await images.list()]).toEqual([[], []]);
  });

  it('a file that somebody writes meanwhile', async () => {
    const file = fileOf('x', GIB / 4);
    const attempt = images.create(file, wanted('a'));
    attempt.catch(() => {});
    await until(() => folders().length > 0);
    appendFileSync(file, 'more');
    await expect(attempt).rejects.toMatchObject({ name: 'FileChanged', outcome: 'unchanged' });
    expect(folders()).toEqual([]);
  });

  it('one that can not be stored', async () => {
    writeFileSync(dir, 'no folder');
    await expect(images.create(fileOf('x'), wanted('a'))).rejects.toMatchObject({
      name: 'ImageNotStored',
      exitCode: 69,
      outcome: 'unchanged',
    });
  });
});

describe('a deletion', () => {
  it('takes one of two that have a name, by its ID', async () => {
    const [first, second] = [
      await images.create(fileOf('x'), wanted('a')),
      await images.create(fileOf('x'), wanted('a')),
    ];
    await expect(images.delete('a')).rejects.toMatchObject({ name: 'ImageAmbiguous' });
    await images.delete(first.id);
    expect(folders()).toEqual([second.id]);
  });

  it('is done once where two ask for it at once', async () => {
    await images.create(fileOf('x'), wanted('a'));
    const attempts = await Promise.allSettled([images.delete('a'), images.delete('a')]);
    const refused = attempts.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { name: 'ImageNotFound' } }]);
    expect(folders()).toEqual([]);
  });
});

it('a folder whose image.json is broken is named', async () => {
  const { id } = await images.create(fileOf('x'), wanted('a'));
  writeFileSync(path.join(dir, id, 'image.json'), '{');
  await expect(images.list()).rejects.toMatchObject({
    name: 'ImageBroken',
    message: expect.stringContaining(id),
  });
});

describe('what was killed', () => {
  /** Creates an image in a process of its own, as a command does. */
  const creating = (file: string): ChildProcess => {
    const program = `
      import { HomeImages } from ${JSON.stringify(path.resolve('src/drivers/images/home-images.ts'))};
      await new HomeImages(${JSON.stringify(dir)}).create(${JSON.stringify(file)}, ${JSON.stringify(wanted('killed'))});`;
    return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  };

  it('is not seen, and is removed by the next creation', async () => {
    const child = creating(fileOf('x', 64 * GIB));
    await until(() => folders().length > 0);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect([folders().length, await images.list()]).toEqual([1, []]);
    await expect(images.find('killed')).rejects.toMatchObject({ name: 'ImageNotFound' });
    const { id } = await images.create(fileOf('x'), wanted('next'));
    expect(folders()).toEqual([id]);
  });

  const other = makingName(randomUUID()).replace(`-${hostname()}-`, '-another.host-');
  const dead = makingName(randomUUID()).replace(`-${process.pid}-`, `-${2 ** 30}-`);
  it.each([
    ['of a process that is gone is removed', dead, 0, false],
    ['of a process that lives stays', makingName(randomUUID()), 0, true],
    [
      'of a process whose number another one has now is removed after a day',
      makingName(randomUUID()),
      25,
      false,
    ],
    ['of another host stays', other, 0, true],
    ['of another host that wrote an hour ago stays', other, 1, true],
    ['of another host is removed after a day', other, 25, false],
    ['in a deletion is removed', `.deleted-${randomUUID()}`, 0, false],
    ['and is none of ours stays', '.somebody', 25, true],
  ])('%s', async (_, name, hours, stays) => {
    const folder = path.join(dir, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'data'), 'x');
    const then = Date.now() / 1000 - hours * 3600;
    utimesSync(path.join(folder, 'data'), then, then);
    expect(await images.list()).toEqual([]);
    await images.create(fileOf('x'), wanted('next'));
    expect([existsSync(folder), await namesOf()]).toEqual([stays, ['next']]);
  });
});
