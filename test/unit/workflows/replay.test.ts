import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import * as workflows from '../../../src/workflows/index.ts';

type History = { events: { workflowExecutionStartedEventAttributes?: { workflowType: { name: string } } }[] };

const HISTORIES = 'test/unit/workflows/histories';
const files = readdirSync(HISTORIES);
const environment = { ...process.env, NODE_OPTIONS: '' };
const replay = (file: string) =>
  promisify(execFile)(process.execPath, ['test/support/replay.ts', file], { env: environment });

/** The type of the workflow whose run a history tells of. */
function typeIn(file: string): string {
  const { events } = JSON.parse(readFileSync(path.join(HISTORIES, file), 'utf8')) as History;
  return events[0]!.workflowExecutionStartedEventAttributes!.workflowType.name;
}

/** The types of which nobody has recorded a run. The default workflow stands for those that are unknown. */
function withoutHistory(exported: object): string[] {
  const recorded = new Set(files.map(typeIn));
  return Object.keys(exported).filter((name) => name !== 'default' && !recorded.has(name));
}

it.each(files)('the workflows still replay %s', async (file) => {
  await expect(replay(`${HISTORIES}/${file}`)).resolves.toBeDefined();
});

it('has histories of every workflow', () => {
  expect(Object.keys(workflows)).toContain('bootstrap');
  expect(withoutHistory(workflows)).toEqual([]);
});

it('and a workflow of which none was recorded would be seen', () => {
  expect(withoutHistory({ ...workflows, planted: async () => {} })).toEqual(['planted']);
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
