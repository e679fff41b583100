import { describe, expect, it } from '@jest/globals';
import { float, list } from '../../../src/config/oslo-types.ts';

describe('a number with a fraction', () => {
  it.each([
    ['2', 2],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['1e1', 10],
    [' +1_0.5 ', 10.5],
    ['-1', -1],
  ])('%j is %p', (given, value) => expect(float(null).convert([given])).toBe(value));

  it.each(['', 'ten', '1,5', 'inf', '1__0'])('%j is none', (given) =>
    expect(() => float(null).convert([given])).toThrow('is no number'),
  );
});

it.each([
  ['internal, public', ['internal', 'public']],
  ['internal,', ['internal']],
  ['internal', ['internal']],
  ['', []],
])('the list %j is %j', (given, value) => expect(list(['x']).convert([given])).toEqual(value));
