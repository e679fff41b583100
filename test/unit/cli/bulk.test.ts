import { describe, expect, it } from '@jest/globals';
import { doEach } from '../../../src/cli/bulk.ts';
import { RuleError, Unavailable } from '../../../src/rules/errors.ts';

const refused = new RuleError('Immutable', 'It is immutable.', { cure: '', outcome: 'unchanged' });
const unavailable = new Unavailable('Gone', 'It is gone.', '', 'unchanged');
const unknown = new Unavailable('Lost', 'The answer was lost.', '', 'unknown');

/** Deletes roles of which some fail; gives what was tried and told, and how it ended. */
async function deleted(names: string[], failures: Record<string, Error>) {
  const tried: string[] = [];
  const told: string[] = [];
  const task = { kind: 'role', done: 'deleted', names };
  const work = async (name: string): Promise<void> => {
    tried.push(name);
    if (failures[name]) throw failures[name];
  };
  const ended = await doEach(task, work, (name, error) => void told.push(`${name}: ${error.message}`)).then(
    () => null,
    (error: Error) => error,
  );
  return { tried, told, ended };
}

describe('of several things', () => {
  it('all are done', async () =>
    expect(await deleted(['a', 'b'], {})).toEqual({ tried: ['a', 'b'], told: [], ended: null }));

  it('a refusal concerns one only', async () => {
    const { tried, told, ended } = await deleted(['a', 'b', 'c'], { a: refused });
    expect({ tried, told }).toEqual({ tried: ['a', 'b', 'c'], told: ['a: It is immutable.'] });
    expect(ended).toMatchObject({
      message: '1 of 3 roles could not be deleted. These were deleted: b, c.',
      exitCode: 1,
      outcome: 'changed',
    });
  });

  it('nothing was changed where all are refused', async () =>
    expect((await deleted(['a', 'b'], { a: refused, b: refused })).ended).toMatchObject({
      message: '2 of 2 roles could not be deleted.',
      exitCode: 1,
      outcome: 'unchanged',
    }));

  it.each<[string, Error, object]>([
    [
      'what concerns all ends it',
      unavailable,
      { message: '1 of 3 roles could not be deleted. Not tried: c. These were deleted: a.', exitCode: 69 },
    ],
    [
      'what may have been done is named',
      unknown,
      {
        message: 'It is not known whether this one was deleted: b. Not tried: c. These were deleted: a.',
        exitCode: 75,
      },
    ],
    [
      'a bug may have done it or not',
      new TypeError('x is undefined'),
      {
        message: 'It is not known whether this one was deleted: b. Not tried: c. These were deleted: a.',
        exitCode: 255,
      },
    ],
  ])('%s', async (_, error, end) => {
    const { tried, ended } = await deleted(['a', 'b', 'c'], { b: error });
    expect(tried).toEqual(['a', 'b']);
    expect(ended).toMatchObject({ ...end, outcome: 'changed' });
  });
});

it('the error of a single one is thrown as it is, and told by nobody else', async () =>
  expect(await deleted(['a'], { a: refused })).toEqual({ tried: ['a'], told: [], ended: refused }));
