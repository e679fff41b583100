import { describe, expect, it } from '@jest/globals';
import { RuleError, Transient } from '../../../src/rules/errors.ts';
import { bound, report, requestOf } from '../../support/workflows/scenarios.ts';
import { simulate } from '../../support/workflows/simulated-run.ts';
import { type Attempt, type Fakes, HANGS } from '../../support/workflows/simulated-step.ts';

const planned = report();
const applied = { ...report(), userCreated: false };
const fakes = { planBootstrap: async () => planned, applyBootstrap: async () => applied };
const input = requestOf('bootstrap');
const bootstrap = (changed: Fakes = {}) =>
  simulate({ workflow: 'bootstrap', input, fakes: bound({ ...fakes, ...changed }) });

const lost = () => new Transient('ConnectionLost', 'The database is gone.', 'Look after it.', 'unknown');
/** Fails with what `error` makes before the attempt of that number, and succeeds then. */
const failsBefore =
  (attempt: number, error: () => unknown, result: unknown): Fakes[string] =>
  async (_input, _claim, { attempt: present }) => {
    if (present < attempt) throw error();
    return result;
  };
/** When each attempt at a step began, in milliseconds. */
const timesOf = (attempts: Attempt[], step: string) =>
  attempts.filter((attempt) => attempt.step === step).map(({ at }) => at);
const PLAN_PAUSES = [0, 500, 1500, 3500, 7500];
const APPLY_PAUSES = [...PLAN_PAUSES, 11_500, 15_500, 19_500, 23_500, 27_500];

it('plans and applies, each with the whole request, and gives what was applied', async () => {
  const inputs: unknown[] = [];
  const noted = (result: unknown) => async (given: unknown) => (inputs.push(given), result);
  const told = await bootstrap({ planBootstrap: noted(planned), applyBootstrap: noted(applied) });
  expect(told).toMatchObject({ ended: 'completed', result: applied, at: 0 });
  expect(told.attempts.map(({ step }) => step)).toEqual(['planBootstrap', 'applyBootstrap']);
  expect(inputs).toEqual([input, input]);
});

it('gives the plan, and applies nothing, where there is nothing to do', async () => {
  const told = await bootstrap({ planBootstrap: async () => report([]) });
  expect(told).toMatchObject({ ended: 'completed', result: report([]) });
  expect(told.attempts).toHaveLength(1);
});

describe('what may pass is tried again, with growing pauses:', () => {
  it('a plan five times', async () => {
    const told = await bootstrap({ planBootstrap: failsBefore(5, lost, planned) });
    expect(told).toMatchObject({ ended: 'completed', result: applied });
    expect(timesOf(told.attempts, 'planBootstrap')).toEqual(PLAN_PAUSES);
  });

  it('applying ten times', async () => {
    const told = await bootstrap({ applyBootstrap: failsBefore(10, lost, applied) });
    expect(told).toMatchObject({ ended: 'completed', result: applied });
    expect(timesOf(told.attempts, 'applyBootstrap')).toEqual(APPLY_PAUSES);
  });

  it.each([
    ['planBootstrap', PLAN_PAUSES],
    ['applyBootstrap', APPLY_PAUSES],
  ])('then %s is given up, and says what the last attempt said', async (step, times) => {
    const told = await bootstrap({ [step]: failsBefore(Infinity, lost, null) });
    expect(told).toMatchObject({
      ended: 'failed',
      failure: {
        cause: {
          type: 'ConnectionLost',
          message: 'The database is gone.',
          details: [{ cure: 'Look after it.', exitCode: 75, outcome: 'unknown' }],
        },
      },
    });
    expect(timesOf(told.attempts, step)).toEqual(times);
  });

  it('a step that takes longer than 15 s, which is cut off', async () => {
    const told = await bootstrap({ planBootstrap: failsBefore(3, () => HANGS, planned) });
    expect(told).toMatchObject({ ended: 'completed', result: applied });
    expect(timesOf(told.attempts, 'planBootstrap')).toEqual([0, 15_500, 31_500]);
  });

  it('and a step that always does ends the run', async () => {
    const told = await bootstrap({ planBootstrap: failsBefore(Infinity, () => HANGS, null) });
    expect(told).toMatchObject({
      ended: 'failed',
      failure: { cause: { name: 'TimeoutFailure', timeoutType: 'START_TO_CLOSE' } },
      at: 5 * 15_000 + 7500,
    });
  });
});

it.each(['planBootstrap', 'applyBootstrap'])(
  'a refusal by %s ends the run at once, and keeps its name, message, cure and exit code',
  async (step) => {
    const refusal = new RuleError('NoSchema', 'There is no schema.', { cure: 'Sync it.', exitCode: 69 });
    const told = await bootstrap({ [step]: failsBefore(Infinity, () => refusal, null) });
    expect(told).toMatchObject({
      ended: 'failed',
      failure: {
        cause: {
          type: 'NoSchema',
          message: 'There is no schema.',
          nonRetryable: true,
          details: [{ cure: 'Sync it.', exitCode: 69, outcome: null }],
        },
      },
    });
    expect(timesOf(told.attempts, step)).toEqual([0]);
  },
);

describe('cancelled,', () => {
  const cancelling =
    (given: Fakes[string]): Fakes[string] =>
    async (...args) => {
      await args[2].cancel();
      return given(...args);
    };

  it('it lets the plan end and applies nothing', async () => {
    const told = await bootstrap({ planBootstrap: cancelling(fakes.planBootstrap) });
    expect(told).toMatchObject({ ended: 'cancelled' });
    expect(told.attempts.map(({ step }) => step)).toEqual(['planBootstrap']);
  });

  it('it gives the plan all the same where there was nothing to do', async () => {
    const told = await bootstrap({ planBootstrap: cancelling(async () => report([])) });
    expect(told).toMatchObject({ ended: 'completed', result: report([]) });
  });

  it('it waits for what is applied, and gives the report', async () => {
    const told = await bootstrap({ applyBootstrap: cancelling(fakes.applyBootstrap) });
    expect(told).toMatchObject({ ended: 'completed', result: applied });
  });

  it.each(['planBootstrap', 'applyBootstrap'])('it tries a failed %s no more', async (step) => {
    const told = await bootstrap({ [step]: cancelling(failsBefore(Infinity, lost, null)) });
    expect(told).toMatchObject({ ended: 'failed', failure: { cause: { type: 'ConnectionLost' } } });
    expect(timesOf(told.attempts, step)).toEqual([0]);
  });

  it('it waits for a step that hangs until that is cut off', async () => {
    const told = await bootstrap({ applyBootstrap: cancelling(failsBefore(Infinity, () => HANGS, null)) });
    expect(told).toMatchObject({
      ended: 'failed',
      failure: { cause: { name: 'TimeoutFailure' } },
      at: 15_000,
    });
  });
});
