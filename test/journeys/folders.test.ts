import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../support/home/cli.ts';
import { isRoot } from '../support/home/engine-home.ts';

const ROOT = process.cwd();
const NAMELESS = 54_321;
/** Of a command that makes a folder where the kernel lets none be made, and never ends. */
const LIMIT_MS = 60_000;

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'keyward-folders-')));
  mkdirSync(path.join(dir, 'cwd'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A command with this environment alone, in a folder of its own that is empty before. */
function keyward(args: string[], env: NodeJS.ProcessEnv, uid?: number) {
  return spawnSync(process.execPath, [path.join(ROOT, 'bin/run.js'), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    cwd: path.join(dir, 'cwd'),
    encoding: 'utf8',
    timeout: LIMIT_MS,
    ...(uid && { uid, gid: uid }),
  });
}

const absent = () => path.join(dir, 'absent');
const relative = { HOME: 'home', XDG_CACHE_HOME: 'cache', XDG_DATA_HOME: 'data', XDG_CONFIG_HOME: 'config' };

describe("--version and --help work, and make no folder outside the user's own", () => {
  it.each([
    ['HOME can hold nothing', () => ({ HOME: '/proc/nope' })],
    ['HOME is not there', () => ({ HOME: absent() })],
    ['HOME is empty', () => ({ HOME: '' })],
    ['all folders are relative', () => relative],
  ])('where %s', (_, env) => {
    for (const flag of ['--version', '--help'])
      expect(keyward([flag], env())).toMatchObject({ status: 0, stderr: '' });
    expect([readdirSync(path.join(dir, 'cwd')), existsSync(absent())]).toEqual([[], false]);
  });

  (isRoot ? it : it.skip)('for a uid without an account', () => {
    expect(keyward(['--version'], {}, NAMELESS)).toMatchObject({ status: 0, stderr: '' });
  });
});

it('a command that needs a home says that there is none', () => {
  const { status, stderr } = keyward(['ps'], { HOME: absent() });
  expect([status, existsSync(absent())]).toEqual([69, false]);
  expect(stderr).toBe(
    `Error: This account has no folder of its own: HOME is ${absent()}, which is no folder. Name a folder for keyward's data in KEYWARD_HOME.\n`,
  );
});

describe('compiled code', () => {
  const cache = (...parts: string[]) => path.join(dir, '.cache/keyward/compile-cache', ...parts);
  const own = encodeURIComponent(ROOT);
  const version = () =>
    expect(keyward(['--version'], { HOME: dir })).toMatchObject({ status: 0, stderr: '' });

  it('is kept by installation; what is of none, or of one that is gone, goes away', async () => {
    for (const name of ['v24.0.0-x64-0', encodeURIComponent(path.join(dir, 'gone'))]) {
      mkdirSync(cache(name), { recursive: true });
      writeFileSync(cache(name, 'code'), '');
    }
    version();
    await until(() => readdirSync(cache()).join() === own);
    expect(readdirSync(cache(own))).toHaveLength(1);
  });

  it('is not kept where others can write', () => {
    mkdirSync(cache(own), { recursive: true });
    chmodSync(cache(own), 0o777);
    version();
    expect(readdirSync(cache(own))).toEqual([]);
  });

  (isRoot ? it : it.skip)("is not kept in a folder of somebody else's", () => {
    const { status } = spawnSync('chown', [String(NAMELESS), dir]);
    expect(status).toBe(0);
    version();
    expect(existsSync(path.join(dir, '.cache'))).toBe(false);
  });
});
