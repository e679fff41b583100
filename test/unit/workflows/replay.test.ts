import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter as converter } from '@temporalio/common';
import proto from '@temporalio/proto';
import * as workflows from '../../../src/workflows/index.ts';
import { recorded } from '../../support/workflows/scenarios.ts';
import { simulate } from '../../support/workflows/simulated-run.ts';

const HISTORIES = 'test/unit/workflows/histories';
const files = readdirSync(HISTORIES);
const dir = mkdtempSync(path.join(tmpdir(), 'keyward-replay-'));
const altered = path.join(dir, 'altered.json');
let wrong: Record<string, string | null>;

beforeAll(async () => {
  const bootstrap = readFileSync(`${HISTORIES}/bootstrap.json`, 'utf8');
  writeFileSync(altered, bootstrap.replaceAll('planBootstrap', 'otherActivity'));
  const args = ['test/support/replay.ts', ...files.map((file) => `${HISTORIES}/${file}`), altered];
  const options = { env: { ...process.env, NODE_OPTIONS: '' } };
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  wrong = JSON.parse(stdout) as typeof wrong;
});
afterAll(() => rmSync(dir, { recursive: true }));

const historyIn = (file: string) => {
  const text = readFileSync(path.join(HISTORIES, file), 'utf8');
  return proto.temporal.api.history.v1.History.fromObject(JSON.parse(text) as object).events;
};
/** The type of the workflow whose run a history tells of. */
const typeIn = (file: string): string =>
  historyIn(file)[0]!.workflowExecutionStartedEventAttributes!.workflowType!.name!;

/** The types of which nobody has recorded a run. The default workflow stands for those that are unknown. */
function withoutHistory(exported: object): string[] {
  const types = new Set(files.map(typeIn));
  return Object.keys(exported).filter((name) => name !== 'default' && !types.has(name));
}

it.each(files)('the workflows still replay %s', (file) => {
  expect(wrong).toHaveProperty([`${HISTORIES}/${file}`], null);
});

it('and a history that they did not make would be seen', () => {
  expect(wrong[altered]).toMatch(/[Nn]ondeterminism|DeterminismViolation/);
});

it('has histories of every workflow', () => {
  expect(Object.keys(workflows)).toContain('bootstrap');
  expect(withoutHistory(workflows)).toEqual([]);
});

it('and a workflow of which none was recorded would be seen', () => {
  expect(withoutHistory({ ...workflows, planted: async () => {} })).toEqual(['planted']);
});

describe('a simulated run does what the recorded one did on a real Temporal:', () => {
  const scenarios = Object.entries(recorded).flatMap(([workflow, named]) =>
    Object.entries(named).map(([name, scenario]) => ({ name, scenario: { workflow, ...scenario } })),
  );

  it('of each there is a history, and the other way round', () => {
    expect(scenarios.map(({ name }) => `${name}.json`).toSorted()).toEqual(files.toSorted());
  });

  it.each(scenarios)('$name', async ({ name, scenario }) => {
    const events = historyIn(`${name}.json`);
    const started = events.flatMap(({ activityTaskStartedEventAttributes: attempt }) => attempt ?? []);
    const { attempts, ...end } = await simulate(scenario);
    const stepOf = (id: unknown) =>
      events.find(({ eventId }) => String(eventId) === String(id))!.activityTaskScheduledEventAttributes!;
    // A history tells the last attempt at a step alone.
    const last = attempts.filter(
      ({ step, attempt }, at) =>
        !attempts.slice(at + 1).some((later) => later.step === step && later.attempt === attempt + 1),
    );
    expect(last.map(({ step, queue, attempt }) => `${step} ${queue} ${attempt}`).toSorted()).toEqual(
      started
        .map(({ scheduledEventId, attempt }) => {
          const { activityType, taskQueue } = stepOf(scheduledEventId);
          return `${activityType!.name} ${taskQueue!.name} ${attempt}`;
        })
        .toSorted(),
    );
    expect(end).toMatchObject(endIn(events.at(-1)!));
  });
});

function endIn(event: proto.temporal.api.history.v1.IHistoryEvent): object {
  const { workflowExecutionCompletedEventAttributes: completed } = event;
  if (completed)
    return { ended: 'completed', result: converter.fromPayload(completed.result!.payloads![0]!) };
  expect(event.workflowExecutionCanceledEventAttributes).toBeTruthy();
  return { ended: 'cancelled' };
}
