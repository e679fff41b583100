import { expect, it } from '@jest/globals';
import { type Source, takeMerged } from '../../../../src/rules/compute/merged-rows.ts';

const source = (rows: number[], hasMore = false): Source<number> => ({ rows, at: 0, hasMore });
const take = (sources: Source<number>[], most = Infinity): number[] =>
  takeMerged(sources, (one, other) => one - other, most);

it.each<[string, Source<number>[], number[]]>([
  ['nothing of no sources', [], []],
  ['one source as it is', [source([1, 2])], [1, 2]],
  ['several in one order', [source([1, 4]), source([2, 3]), source([])], [1, 2, 3, 4]],
  ['equal ones from the first source first', [source([1]), source([1])], [1, 1]],
  ['nothing where a source has more of which none is known', [source([1, 2]), source([], true)], []],
  ['all up to the last row of a source that has more', [source([1, 5]), source([2, 3], true)], [1, 2, 3]],
])('takes %s', (_, sources, expected) => expect(take(sources)).toEqual(expected));

it('takes no more than it is asked for, and goes on from there', () => {
  const sources = [source([1, 3, 5]), source([2, 4])];
  expect(take(sources, 2)).toEqual([1, 2]);
  expect(take(sources)).toEqual([3, 4, 5]);
  expect(take(sources)).toEqual([]);
});

it('gives the same as a sort, however the rows are cut into pages', () => {
  const rows = Array.from({ length: 200 }, (_, at) => (at * 7919) % 101);
  for (const size of [1, 3, 50, 200]) {
    const left = [0, 1, 2].map((part) =>
      rows.filter((_, at) => at % 3 === part).toSorted((one, other) => one - other),
    );
    const sources = left.map(() => source([], true));
    const taken: number[] = [];
    while (sources.some(({ rows: had, at, hasMore }) => hasMore || at < had.length)) {
      sources.forEach((each, at) => {
        if (each.at === each.rows.length && each.hasMore) {
          const page = left[at]!.splice(0, size);
          Object.assign(each, { rows: page, at: 0, hasMore: page.length === size });
        }
      });
      taken.push(...take(sources));
    }
    expect(taken).toEqual(rows.toSorted((one, other) => one - other));
  }
});
