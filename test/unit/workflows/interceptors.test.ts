import { describe, expect, it } from '@jest/globals';
import type { StepClaim } from '../../../src/rules/run-request.ts';
import { unusable } from '../../../src/rules/unusable-payload.ts';
import { bound, check, outcome, report, requestOf } from '../../support/workflows/scenarios.ts';
import { simulate } from '../../support/workflows/simulated-run.ts';

const { message, cure, exitCode } = unusable('PayloadForged');
/** As the failure itself, not as that of a step: nothing of what was forged was taken. */
const FORGED = {
  ended: 'failed',
  failure: { type: 'PayloadForged', message, nonRetryable: true, details: [{ cure, exitCode }] },
};

it.each(['upgradeCheck', 'renamed'])(
  "an input that was made for '%s' starts no step of a bootstrap",
  async (made) => {
    const input = { ...requestOf('bootstrap'), workflow: made };
    const told = await simulate({ workflow: 'bootstrap', input, fakes: {} });
    expect(told).toMatchObject(FORGED);
    expect(told.attempts).toEqual([]);
  },
);

describe('ends the run when a step is given', () => {
  const fakes = bound({
    planBootstrap: async () => report(),
    applyBootstrap: async () => report(),
    listChecks: async () => [check('a', 'database')],
    runCheck: async () => outcome('a'),
  });
  const FORGERIES: [string, (claim: StepClaim, result: unknown) => unknown][] = [
    ['a bare result', (_, result) => result],
    ['nothing', () => null],
    ['the result of another step', (claim, result) => ({ claim: { ...claim, step: 'other' }, result })],
    [
      'the result of another workflow',
      (claim, result) => ({ claim: { ...claim, workflow: 'other' }, result }),
    ],
    [
      'the result of another request',
      (claim, result) => ({ claim: { ...claim, requestId: 'other' }, result }),
    ],
  ];
  const steps = [
    ['bootstrap', 'planBootstrap'],
    ['bootstrap', 'applyBootstrap'],
    ['upgradeCheck', 'listChecks'],
    ['upgradeCheck', 'runCheck'],
  ] as const;

  it.each(
    steps.flatMap(([workflow, step]) => FORGERIES.map(([what, forge]) => ({ what, workflow, step, forge }))),
  )('$what: $step', async ({ workflow, step, forge }) => {
    const given = fakes[step]!;
    const told = await simulate({
      workflow,
      input: requestOf(workflow),
      fakes: {
        ...fakes,
        [step]: async (...args) => {
          const { claim, result } = (await given(...args)) as { claim: StepClaim; result: unknown };
          return forge(claim, result);
        },
      },
    });
    expect(told).toMatchObject(FORGED);
    expect(told.attempts.at(-1)!.step).toBe(step);
  });
});

describe('a workflow that this build does not have ends its run, and says which build that is:', () => {
  it.each([
    ['abc123', 'build abc123'],
    [undefined, 'another build'],
  ])('%s', async (buildId, named) => {
    const input = requestOf('renamed');
    const told = await simulate({ workflow: 'renamed', input, fakes: {}, ...(buildId && { buildId }) });
    expect(told).toMatchObject({
      ended: 'failed',
      failure: {
        type: 'UnknownWorkflow',
        message: `The worker that took the run (${named}) has no workflow 'renamed'.`,
        nonRetryable: true,
        details: [{ cure: expect.stringContaining('one version of keyward on all hosts'), exitCode: 69 }],
      },
    });
  });
});
