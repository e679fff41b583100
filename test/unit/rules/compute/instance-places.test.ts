import { describe, expect, it } from '@jest/globals';
import type { CellMapping } from '../../../../src/rules/compute/cell.ts';
import { examples } from '../../../../src/rules/compute/cell-findings.ts';
import {
  cellless,
  findingsOf,
  joined,
  judged,
  none,
  noVerdict,
  unequalPlaces,
  type Verdict,
} from '../../../../src/rules/compute/instance-places.ts';

type Parts = Record<string, [number, string]>;
const digest = (parts: Parts) =>
  new Map(Object.entries(parts).map(([part, [count, sum]]) => [part, { count, sum }]));
const cell = (name: string, id = 1): CellMapping => ({
  id,
  uuid: name,
  name,
  transportUrl: '',
  databaseConnection: '',
  isDisabled: false,
});

describe('parts of cells that differ', () => {
  it.each<[string, [Parts, Parts][], string[][]]>([
    ['are none where all is equal', [[{ aa: [2, '7'] }, { aa: [2, '7'] }]], []],
    ['are none where all is empty', [[{}, {}]], []],
    [
      'have another sum',
      [
        [
          { aa: [2, '7'], bb: [1, '1'] },
          { aa: [2, '8'], bb: [1, '1'] },
        ],
      ],
      [['0aa']],
    ],
    ['have another count', [[{ aa: [2, '7'] }, { aa: [3, '7'] }]], [['0aa']]],
    ['are missing here', [[{}, { aa: [3, '7'] }]], [['0aa']]],
    ['are missing there', [[{ aa: [3, '7'] }, {}]], [['0aa']]],
    [
      'are of one group, whichever cells they are of',
      [
        [{ aa: [2, '1'] }, { aa: [2, '2'] }],
        [{ bb: [1, '1'] }, { bb: [1, '1'] }],
        [{ cc: [3, '1'] }, { cc: [3, '2'] }],
      ],
      [['0aa', '2cc']],
    ],
    [
      'are of several groups if they are too many',
      [
        [{ aa: [4, '1'], bb: [4, '1'] }, {}],
        [{ aa: [4, '1'], dd: [30, '1'] }, {}],
      ],
      [['0aa', '0bb'], ['1aa'], ['1dd']],
    ],
  ])('%s', (_, pairs, groups) => {
    const digests = pairs.map(([here, there], at) => ({
      cell: cell(String(at), at),
      here: digest(here),
      there: digest(there),
    }));
    const found = unequalPlaces(digests, 10);
    expect(found.map((group) => group.map((place) => `${place.cell.name}${place.part}`))).toEqual(groups);
  });
});

describe('what is told of suspects', () => {
  const some = (count: number) => ({ uuids: ['a'], count });
  it.each([
    ['unmapped', { stayed: some(1) }, [1, '1 instance of cell c without a mapping: a.']],
    [
      'unmapped',
      { stayed: some(1), unseen: 7 },
      [
        1,
        'At least 1 instance of cell c without a mapping: a; 7 more that did not match were not looked at twice.',
      ],
    ],
    [
      'unmapped',
      { elsewhere: some(2), unseen: 7 },
      [
        2,
        'At least 2 instances in cell c and mapped to another cell, or to none: a and 1 more; 7 more that did not match were not looked at twice.',
      ],
    ],
    [
      'lost',
      { unseen: 3 },
      [
        3,
        '3 mappings to cell c, whose database has no such instance at a first look; a second one was not possible.',
      ],
    ],
    ['lost', {}, undefined],
  ] as const)('that are %s: %j', (kind, verdict, told) => {
    const findings = findingsOf({ ...noVerdict(cell('c')), ...structuredClone(verdict) } as Verdict, kind);
    expect(findings.map(({ count, details }) => [count, details])).toEqual(told ? [told] : []);
  });

  it('says nothing certain of a cell that did not answer the second time', () => {
    const look = { mappings: new Map(), found: new Map(), cells: [] };
    const verdict = judged(noVerdict(cell('c')), { cell: cell('c'), kind: 'lost', uuids: ['a', 'b'] }, look);
    expect(verdict).toMatchObject({ stayed: { count: 0 }, unseen: 2 });
  });

  it.each([
    [['a'], false, /^1 mapping to no cell/],
    [['a'], true, /^At least 1 mapping to no cell/],
    [[], true, /^There was no time for all mappings to no cell/],
  ])('of mappings to no cell: %j, in part: %j', (uuids, isPart, says) =>
    expect(cellless(uuids, isPart)[0]!.details).toMatch(says),
  );
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
