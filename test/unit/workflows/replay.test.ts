import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const HISTORIES = 'test/unit/workflows/histories';
const environment = { ...process.env, NODE_OPTIONS: '' };
const replay = (file: string) =>
  promisify(execFile)(process.execPath, ['test/support/replay.ts', file], { env: environment });

it.each(readdirSync(HISTORIES))('the workflows still replay %s', async (file) => {
  await expect(replay(`${HISTORIES}/${file}`)).resolves.toBeDefined();
});

it('has histories of every workflow', () => {
  expect(readdirSync(HISTORIES).toSorted()).toEqual([
    'bootstrap-nothing-to-do.json',
    'bootstrap.json',
    'upgrade-check.json',
  ]);
});

it('and a history that they did not make would be seen', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'keyward-replay-'));
  const file = path.join(dir, 'altered.json');
  writeFileSync(
    file,
    readFileSync(`${HISTORIES}/bootstrap.json`, 'utf8').replaceAll('planBootstrap', 'otherActivity'),
  );
  await expect(replay(file)).rejects.toThrow(/[Nn]ondeterminism|DeterminismViolation/);
  rmSync(dir, { recursive: true });
});
