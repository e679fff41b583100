import { describe, expect, it } from '@jest/globals';
import { choices, float } from '../../../src/config/oslo-types.ts';

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

describe('a list of choices', () => {
  const faces = choices(['public', 'internal'], ['public']);
  it.each([
    ['internal, public', ['internal', 'public']],
    ['internal,', ['internal']],
    ['internal', ['internal']],
    ['', []],
  ])('%j is %j', (given, value) => expect(faces.convert([given])).toEqual(value));

  it('has no other items', () =>
    expect(() => faces.convert(['internal,admin'])).toThrow('is none of: public, internal'));
});
