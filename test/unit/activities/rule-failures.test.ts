import { expect, it } from '@jest/globals';
import { withRuleFailures } from '../../../src/activities/rule-failures.ts';
import type { Asked, StepClaim } from '../../../src/rules/run-request.ts';

const TARGET = '0123456789ab';
const { work } = withRuleFailures(TARGET, { work: async (input: Asked) => input });
const request = { target: TARGET, requestId: 'r', workflow: 'w' };
const claim: StepClaim = { step: 'work', workflow: 'w', requestId: 'r' };
/** What Temporal hands over is whatever somebody has stored there. */
const call = (input: unknown, claimed: unknown = claim) =>
  work!(input as Parameters<NonNullable<typeof work>>[0], claimed as StepClaim);

it.each([[request], [{ ...request, id: 'x' }]])(
  'does what is asked for its own database, and says which step it was: %j',
  async (input) => expect(await call(input)).toEqual({ claim, result: input }),
);

it.each<[string, unknown, unknown]>([
  ['no input', undefined, claim],
  ['null', null, claim],
  ['a text', 'text', claim],
  ['an empty input', {}, claim],
  ['another step', request, { ...claim, step: 'other' }],
  ['another workflow', request, { ...claim, workflow: 'other' }],
  ['another request', request, { ...claim, requestId: 'other' }],
  ['no claim', request, null],
])('refuses %s once and for all', async (_, input, claimed) => {
  await expect(call(input, claimed)).rejects.toMatchObject({ type: 'PayloadForged', nonRetryable: true });
});

it('tells that another build has asked for the step in a form of its own', async () => {
  await expect(call({ id: 'x', request })).rejects.toMatchObject({
    type: 'OtherBuild',
    nonRetryable: true,
    message: 'The step work was asked for by another build of keyward.',
  });
});

it('refuses the request of another database once and for all', async () => {
  await expect(call({ ...request, target: 'ba9876543210' })).rejects.toMatchObject({
    type: 'WrongTarget',
    nonRetryable: true,
    message: `This worker serves target ${TARGET}, and the run belongs to ba9876543210.`,
  });
});
