import { expect, it } from '@jest/globals';
import { withRuleFailures } from '../../../src/activities/rule-failures.ts';

const TARGET = '0123456789ab';
const { work } = withRuleFailures(TARGET, { work: async (input: unknown) => input });

it.each([[{ target: TARGET }], [{ id: 'x', request: { target: TARGET } }]])(
  'does what is asked for its own database: %j',
  async (input) => expect(await work(input)).toBe(input),
);

it.each([
  [undefined, 'the run names no database'],
  [null, 'the run names no database'],
  ['text', 'the run names no database'],
  [{}, 'the run names no database'],
  [{ id: 'x', request: {} }, 'the run names no database'],
  [{ target: 'ba9876543210' }, 'the run belongs to ba9876543210'],
])('refuses %j once and for all', async (input, why) => {
  await expect(work(input)).rejects.toMatchObject({
    type: 'WrongTarget',
    nonRetryable: true,
    message: `This worker serves target ${TARGET}, and ${why}.`,
  });
});
