import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { afterAll, expect, it } from '@jest/globals';
import { resolveHome } from '../../src/config/home.ts';
import { TestHome } from '../support/home/cli.ts';
import { killParts } from '../support/home/kill-parts.ts';

const home = TestHome.clone();
const [moved, copy] = [`${home.dir}-moved`, `${home.dir}-copy`];
afterAll(async () => {
  for (const dir of [moved, copy]) {
    await killParts(resolveHome({ KEYWARD_HOME: dir }));
    rmSync(dir, { recursive: true, force: true });
  }
});

const at = (dir: string, ...args: string[]) => home.run(args, { env: { KEYWARD_HOME: dir } });
const runsAt = async (dir: string): Promise<string[]> => {
  const { code, stdout, stderr } = await at(dir, 'workflow', 'list', '-f', 'json');
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { ID: string }[]).map(({ ID }) => ID);
};

it('a moved home keeps its runs; a copy begins anew', async () => {
  expect(await at(home.dir, 'status', 'upgrade', 'check')).toMatchObject({ code: expect.any(Number) });
  const runs = await runsAt(home.dir);
  expect(runs).toHaveLength(1);
  expect(await at(home.dir, 'down')).toMatchObject({ code: 0 });
  renameSync(home.dir, moved);
  expect(await runsAt(moved)).toEqual(runs);
  expect(await at(moved, 'workflow', 'follow', runs[0]!)).toMatchObject({
    stderr: expect.not.stringContaining('another database'),
  });
  expect(await at(moved, 'down')).toMatchObject({ code: 0 });
  execFileSync('cp', ['-a', moved, copy]);
  expect(await runsAt(copy)).toEqual([]);
  expect(await runsAt(moved)).toEqual(runs);
});
