import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolveHome } from '../../../src/config/home.ts';
import { targetOf } from '../../../src/config/target.ts';
import { nameNewServer, serverName } from '../../../src/daemons/postgres/server-name.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';

let dir: string;
let lines: string[];
beforeEach(() => {
  dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'keyward-name-')));
  lines = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (...parts: string[]): string => path.join(dir, ...parts);
const homeAt = (folder: string) => resolveHome({ KEYWARD_HOME: at(folder) });
const nameOf = (folder: string) => serverName(homeAt(folder), (line) => lines.push(line));

it('new data has a name that no other home has, whatever was at its path before', async () => {
  nameNewServer(homeAt('a'));
  const first = await nameOf('a');
  nameNewServer(homeAt('a'));
  expect(await nameOf('a')).not.toBe(first);
});

it('a home without a name keeps the target that its path gave it, also when it is moved', async () => {
  const address = { host: homeAt('a').runDir, port: 5432, database: 'keystone' } as DatabaseAddress;
  expect(targetOf(address, await nameOf('a'))).toBe(targetOf(address));
  renameSync(at('a'), at('b'));
  expect(targetOf({ ...address, host: homeAt('b').runDir }, await nameOf('b'))).toBe(targetOf(address));
  expect(await nameOf('a')).not.toBe('');
  nameNewServer(homeAt('a'));
  expect(await nameOf('a')).not.toBe(await nameOf('b'));
});

it('a moved home keeps its name; a copy gets one of its own, once, and says so', async () => {
  nameNewServer(homeAt('a'));
  const name = await nameOf('a');
  renameSync(at('a'), at('b'));
  expect([await nameOf('b'), lines]).toEqual([name, []]);
  execFileSync('cp', ['-a', at('b'), at('c')]);
  const copied = await Promise.all([nameOf('c'), nameOf('c')]);
  expect(copied[0]).toBe(copied[1]);
  expect([await nameOf('b'), copied[0] === name]).toEqual([name, false]);
  expect(lines).toEqual([expect.stringContaining(`${at('c')} is a copy of ${at('b')}:`)]);
});

it('the same folder by another path is no copy', async () => {
  nameNewServer(homeAt('a'));
  const name = await nameOf('a');
  symlinkSync(at('a'), at('link'));
  // As a bind mount, which has a path of its own, where a link is resolved.
  const mounted = { ...homeAt('a'), dir: at('link') };
  expect(await serverName(mounted, (line) => lines.push(line))).toBe(name);
  expect([await nameOf('a'), lines]).toEqual([name, []]);
  expect(existsSync(at('a/postgres.name'))).toBe(true);
});
