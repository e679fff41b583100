import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { resolveHome } from '../../../src/config/home.ts';
import { accountFolder } from '../../../src/config/user-folders.ts';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'keyward-home-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const resolve = (folder: string) => resolveHome({ KEYWARD_HOME: folder, XDG_RUNTIME_DIR: '/run/user/1' });

it('makes private folders', () => {
  const home = resolve(path.join(dir, 'a/b'));
  expect(home.runDir).toBe(path.join(dir, 'a/b/run'));
  for (const folder of [home.dir, home.runDir, home.logDir])
    expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it('lies in the XDG folders unless it is named', () => {
  const home = resolveHome({
    XDG_DATA_HOME: path.join(dir, 'data'),
    XDG_CACHE_HOME: path.join(dir, 'cache'),
  });
  expect([home.dir, home.cacheDir]).toEqual([
    path.join(dir, 'data/keyward'),
    path.join(dir, 'cache/keyward'),
  ]);
});

it('makes nothing for an account whose folder is not there, and names the cure', () => {
  const absent = path.join(dir, 'absent');
  for (const HOME of [absent, '/proc/nope'])
    expect(() => resolveHome({ HOME })).toThrow(
      expect.objectContaining({
        name: 'HomeMissing',
        exitCode: 69,
        message: expect.stringContaining(HOME),
        cure: expect.stringContaining('KEYWARD_HOME'),
      }) as unknown as Error,
    );
  expect(existsSync(absent)).toBe(false);
});

it('holds the cache of an account that has no folder', () => {
  const home = resolveHome({ HOME: path.join(dir, 'absent'), KEYWARD_HOME: path.join(dir, 'a') });
  expect(home.cacheDir).toBe(path.join(dir, 'a/cache'));
});

it.each([undefined, '', 'relative'])(
  'an account whose HOME is %j has the folder that the system names',
  (HOME) => {
    expect(accountFolder({ HOME })).toBe(userInfo().homedir);
  },
);

it('relative folders are ignored', () => {
  const home = resolveHome({ HOME: dir, XDG_DATA_HOME: 'data', XDG_CACHE_HOME: 'cache' });
  expect([home.dir, home.cacheDir]).toEqual([
    path.join(dir, '.local/share/keyward'),
    path.join(dir, '.cache/keyward'),
  ]);
});

it('keeps sockets in a private folder of /tmp when their path would be too long', () => {
  const home = resolve(path.join(dir, 'x'.repeat(100)));
  try {
    expect(home.runDir).toMatch(new RegExp(`^/tmp/keyward-${process.getuid!()}-[0-9a-f]{12}$`));
    expect(statSync(home.runDir).mode & 0o777).toBe(0o700);
  } finally {
    rmSync(home.runDir, { recursive: true });
  }
});

it('has one name, whatever links lead to it', () => {
  symlinkSync(dir, `${dir}-link`);
  try {
    expect(resolve(`${dir}-link`)).toEqual(resolve(dir));
  } finally {
    rmSync(`${dir}-link`);
  }
});

it.each([
  ['is a file', () => writeFileSync(path.join(dir, 'home'), ''), /it is no folder/],
  ['others may write to', () => makeOpen(path.join(dir, 'home'), 0o777), /mode 777 lets others in/],
  [
    'has sockets open to others',
    () => makeOpen(path.join(dir, 'home/run'), 0o755),
    /mode 755 lets others in/,
  ],
  ['has its sockets behind a link', () => makeLink(path.join(dir, 'home/run')), /it is no folder/],
])('refuses a home that %s', (_, arrange, reason) => {
  arrange();
  const refused = expect.objectContaining({
    name: 'HomeUnusable',
    exitCode: 69,
    message: expect.stringMatching(reason),
  });
  expect(() => resolve(path.join(dir, 'home'))).toThrow(refused as unknown as Error);
});

it('refuses a home that can not be made, at once', () => {
  expect(() => resolve('/proc/keyward/home')).toThrow(/\/proc\/keyward\/home can't be used: ENOENT/);
});

function makeOpen(folder: string, mode: number): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, mode);
}

function makeLink(file: string): void {
  mkdirSync(path.dirname(file), { mode: 0o700 });
  mkdirSync(path.join(dir, 'elsewhere'), { mode: 0o700 });
  symlinkSync(path.join(dir, 'elsewhere'), file);
}
