import { describe, expect, it } from '@jest/globals';
import { examples } from '../../../../src/rules/compute/cell-findings.ts';
import { joined, none, unequalParts } from '../../../../src/rules/compute/instance-places.ts';

const digest = (parts: Record<string, [number, string]>) =>
  new Map(Object.entries(parts).map(([part, [count, sum]]) => [part, { count, sum }]));

describe('parts of two digests', () => {
  it.each<[string, Parameters<typeof unequalParts>[0], Parameters<typeof unequalParts>[1], string[][]]>([
    ['that are equal', digest({ aa: [2, '7'] }), digest({ aa: [2, '7'] }), []],
    ['that are empty', digest({}), digest({}), []],
    [
      'with another sum',
      digest({ aa: [2, '7'], bb: [1, '1'] }),
      digest({ aa: [2, '8'], bb: [1, '1'] }),
      [['aa']],
    ],
    ['with another count', digest({ aa: [2, '7'] }), digest({ aa: [3, '7'] }), [['aa']]],
    ['of which one is missing here', digest({}), digest({ aa: [3, '7'] }), [['aa']]],
    ['of which one is missing there', digest({ aa: [3, '7'] }), digest({}), [['aa']]],
    [
      'that together are too many',
      digest({ aa: [4, '1'], bb: [4, '1'], cc: [4, '1'], dd: [30, '1'] }),
      digest({}),
      [['aa', 'bb'], ['cc'], ['dd']],
    ],
  ])('%s', (_, one, other, groups) => expect(unequalParts(one, other, 10)).toEqual(groups));
});

it('of many suspects some are kept, and all are counted', () => {
  const uuids = Array.from({ length: 150 }, (_, at) => String(at));
  const both = joined(joined(none(), uuids), uuids);
  expect(both.count).toBe(300);
  expect(both.uuids).toHaveLength(200);
});

it.each([
  [['a'], 1, 'a'],
  [['a', 'b'], 2, 'a, b'],
  [['a', 'b', 'c', 'd', 'e', 'f'], 6, 'a, b, c, d, e and 1 more'],
  [['a'], 9, 'a and 8 more'],
])('of %j, %i in all, it shows %j', (names, count, text) => expect(examples(names, count)).toBe(text));
