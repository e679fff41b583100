import { describe, expect, it } from '@jest/globals';
import { RuleError, Transient } from '../../../src/rules/errors.ts';
import { hostTaskQueue, taskQueue } from '../../../src/rules/target.ts';
import {
  bound,
  check,
  HOST_QUEUE,
  OTHER_TARGET,
  outcome,
  requestOf,
  requestOfSuites,
  TARGET,
} from '../../support/workflows/scenarios.ts';
import { simulate } from '../../support/workflows/simulated-run.ts';
import { type Attempt, type Fakes, HANGS } from '../../support/workflows/simulated-step.ts';

const input = requestOfSuites('keystone');
const [suite] = input.suites;
const keystone = (id: string) => ({ ...outcome(id), suite: 'keystone' });
const fakes: Fakes = {
  listChecks: async () => [check('rows', 'database'), check('file', 'files'), check('more', 'database')],
  runCheck: async ({ id }: { id: string }) => outcome(id),
};
const upgradeCheck = (changed: Fakes = {}, idleQueues: string[] = []) =>
  simulate({ workflow: 'upgradeCheck', input, fakes: bound({ ...fakes, ...changed }), idleQueues });
/** Treats one check otherwise than the rest. */
const only = (id: string, fake: (attempt: Attempt) => unknown): Fakes => ({
  runCheck: async (given: { id: string }, _claim, attempt) =>
    given.id === id ? fake(attempt) : outcome(given.id),
});
const fails = (error: unknown) => () => {
  throw error;
};
const unfinished = (id: string, why: string) => ({
  id,
  title: `Check ${id}`,
  suite: 'keystone',
  code: 2,
  details: `The check could not be finished: ${why}`,
  remedy: 'keyward status upgrade check --config-file /etc/keystone.conf',
});
const isRun = ({ step }: Attempt) => step === 'runCheck';

it('runs each check of the list at once, where it can be done, and gives what they found in the order of the list', async () => {
  const given: unknown[] = [];
  const told = await upgradeCheck({
    runCheck: async (made: { id: string }, _claim, { queue }) => (
      given.push([made, queue]),
      outcome(made.id)
    ),
  });
  expect(told).toMatchObject({
    ended: 'completed',
    result: [keystone('rows'), keystone('file'), keystone('more')],
    at: 0,
  });
  expect(given).toEqual([
    [{ ...input, ...suite, id: 'rows' }, taskQueue(TARGET)],
    [{ ...input, ...suite, id: 'file' }, HOST_QUEUE],
    [{ ...input, ...suite, id: 'more' }, taskQueue(TARGET)],
  ]);
});

it('runs the checks of several suites, each by the workers of its own database', async () => {
  const given: unknown[] = [];
  const told = await simulate({
    workflow: 'upgradeCheck',
    input: requestOfSuites('keystone', 'nova'),
    fakes: bound({
      listChecks: async ({ suite: name }: { suite: string }) => [
        check(`${name}-rows`, 'cells'),
        check(`${name}-file`, 'apis'),
      ],
      runCheck: async ({ id, configFiles }: { id: string; configFiles: string[] }, _claim, { queue }) => (
        given.push([id, configFiles, queue]),
        outcome(id)
      ),
    }),
  });
  const novas = (id: string) => ({ ...outcome(id), suite: 'nova' });
  expect(told).toMatchObject({
    ended: 'completed',
    result: [keystone('keystone-rows'), keystone('keystone-file'), novas('nova-rows'), novas('nova-file')],
  });
  expect(given).toEqual([
    ['keystone-rows', ['/etc/keystone.conf'], taskQueue(TARGET)],
    ['keystone-file', ['/etc/keystone.conf'], HOST_QUEUE],
    ['nova-rows', ['/etc/nova.conf'], taskQueue(OTHER_TARGET)],
    ['nova-file', ['/etc/nova.conf'], hostTaskQueue(OTHER_TARGET, 'host')],
  ]);
});

it('of several suites one without a worker is a Failure, and the others are told', async () => {
  const told = await simulate({
    workflow: 'upgradeCheck',
    input: requestOfSuites('keystone', 'nova'),
    fakes: bound({ ...fakes, listChecks: async () => [check('rows', 'database')] }),
    idleQueues: [taskQueue(OTHER_TARGET)],
  });
  expect(told).toMatchObject({
    ended: 'completed',
    result: [
      keystone('rows'),
      {
        id: 'nova-checks',
        suite: 'nova',
        code: 2,
        details: 'The check could not be finished: activity ScheduleToStart timeout',
        remedy: 'keyward status upgrade check --suite nova --nova-config-file /etc/nova.conf',
      },
    ],
    at: 60_000,
  });
});

it('goes on with a run that an older keyward has asked for, which is about one suite', async () => {
  const told = await simulate({
    workflow: 'upgradeCheck',
    input: requestOf('upgradeCheck'),
    fakes: bound(fakes),
  });
  expect(told).toMatchObject({
    ended: 'completed',
    result: [keystone('rows'), keystone('file'), keystone('more')],
  });
});

it('gives nothing where there is no check', async () => {
  const told = await upgradeCheck({ listChecks: async () => [] });
  expect(told).toMatchObject({ ended: 'completed', result: [] });
  expect(told.attempts).toHaveLength(1);
});

describe('a check that', () => {
  it('fails once is tried again after a second', async () => {
    const told = await upgradeCheck(
      only('rows', ({ attempt }) => (attempt === 1 ? fails(new Error('no'))() : outcome('rows'))),
    );
    expect(told).toMatchObject({ result: [keystone('rows'), keystone('file'), keystone('more')], at: 1000 });
  });

  it.each<[string, string, unknown, number]>([
    ['fails twice', 'no answer', new Error('no answer'), 1000],
    ['breaks a rule, at once', 'No.', new RuleError('NotThis', 'No.', { cure: 'x' }), 0],
    ['may pass and does not', 'gone', new Transient('Lost', 'gone', 'x'), 1000],
    ['takes 15 s twice', 'activity StartToClose timeout', HANGS, 31_000],
  ])('%s is a Failure of its own, and the rest is told', async (_, why, error, at) => {
    const told = await upgradeCheck(only('rows', fails(error)));
    expect(told).toMatchObject({
      ended: 'completed',
      result: [unfinished('rows', why), keystone('file'), keystone('more')],
      at,
    });
    expect(told.attempts.filter(isRun)).toHaveLength(at === 0 ? 3 : 4);
  });

  it('no worker on the host of its files takes up is a Failure of its own after 40 s', async () => {
    const told = await upgradeCheck({}, [HOST_QUEUE]);
    expect(told).toMatchObject({
      ended: 'completed',
      result: [keystone('rows'), unfinished('file', 'activity ScheduleToStart timeout'), keystone('more')],
      at: 40_000,
    });
  });
});

describe('the list', () => {
  const listing = (fake: (attempt: Attempt) => unknown): Fakes => ({
    listChecks: async (_input, _claim, attempt) => fake(attempt),
  });
  const timesOf = (attempts: Attempt[]) =>
    attempts.filter(({ step }) => step === 'listChecks').map(({ at }) => at);

  it('is tried again when it fails or takes longer than 10 s', async () => {
    const told = await upgradeCheck(
      listing(({ attempt }) => {
        if (attempt < 3) throw [new Error('no'), HANGS][attempt - 1];
        return [];
      }),
    );
    expect(told).toMatchObject({ ended: 'completed', result: [] });
    expect(timesOf(told.attempts)).toEqual([0, 1000, 13_000]);
  });

  it('that is refused ends the run, and keeps its name, cure and exit code', async () => {
    const refusal = new RuleError('NotThis', 'No.', { cure: 'Ask another.', exitCode: 69 });
    const told = await upgradeCheck(listing(fails(refusal)));
    expect(told).toMatchObject({
      ended: 'failed',
      failure: {
        cause: { type: 'NotThis', message: 'No.', details: [{ cure: 'Ask another.', exitCode: 69 }] },
      },
    });
    expect(timesOf(told.attempts)).toEqual([0]);
  });

  it('that can never be made ends the run', async () => {
    const told = await upgradeCheck(listing(fails(new Error('no folder'))));
    expect(told).toMatchObject({ ended: 'failed', failure: { cause: { message: 'no folder' } } });
    expect(timesOf(told.attempts)).toEqual([0, 1000, 3000, 7000, 15_000]);
  });
});

describe('cancelled,', () => {
  it.each([
    ['listChecks', 1],
    ['runCheck', 2],
  ])('it waits for nothing that it only reads: during %s', async (step, attempts) => {
    const told = await upgradeCheck({
      [step]: async (_input: unknown, _claim: unknown, attempt: Attempt) => {
        await attempt.cancel();
        throw HANGS;
      },
    });
    expect(told).toMatchObject({ ended: 'cancelled', at: 0 });
    expect(told.attempts).toHaveLength(attempts);
  });
});
