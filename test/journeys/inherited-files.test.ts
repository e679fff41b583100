import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { listParts } from '../../src/daemons/parts.ts';
import { TestHome } from '../support/home/cli.ts';

/** Where scripts hold their locks, far beyond the files that libuv itself keeps from children. */
const HIGH = 200;

let cli: TestHome;
beforeAll(() => {
  cli = TestHome.clone();
});
afterAll(() => cli.remove());

const filesOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return 'closed meanwhile';
    }
  });

it("a script's lock does not live on in the daemons that its command starts", async () => {
  const file = path.join(cli.dir, 'lock of a script');
  const lock = openSync(file, 'w');
  const stdio = Array.from({ length: HIGH + 1 }, (_, at) => (at === HIGH ? lock : ('ignore' as const)));
  const env = { ...process.env, KEYWARD_HOME: cli.dir };
  const up = spawn(process.execPath, [path.resolve('bin/run.js'), 'up'], { stdio, env });
  expect(await once(up, 'exit')).toEqual([0, null]);
  closeSync(lock);
  const pids = listParts(cli.home).map(({ pid }) => pid!);
  expect(pids).toHaveLength(3);
  const held = pids.flatMap(filesOf);
  expect(held.length).toBeGreaterThan(3);
  expect(held).not.toContain(file);
});
