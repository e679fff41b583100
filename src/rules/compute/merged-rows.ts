/** Sorted rows of one of several sources, of which `at` are taken; `hasMore` says that others come after them. */
export type Source<Row> = { rows: Row[]; at: number; hasMore: boolean };

/** Tells whether a source must be asked before anything more can be said of the order of all. */
export const isDrained = ({ rows, at, hasMore }: Source<unknown>): boolean => hasMore && at === rows.length;

/**
 * Takes the rows that come first in all sources together, in their order, until one is drained: what it has next may come
 * before everything else. Moves `at` of the sources on.
 */
export function takeMerged<Row>(
  sources: Source<Row>[],
  compare: (one: Row, other: Row) => number,
  most: number,
): Row[] {
  const taken: Row[] = [];
  while (taken.length < most && !sources.some(isDrained)) {
    const next = firstOf(sources, compare);
    if (next === null) break;
    taken.push(next.rows[next.at]!);
    next.at += 1;
  }
  return taken;
}

/** Finds the source whose next row comes first; null where none has a row left. */
function firstOf<Row>(sources: Source<Row>[], compare: (one: Row, other: Row) => number): Source<Row> | null {
  let first: Source<Row> | null = null;
  for (const source of sources) {
    if (source.at === source.rows.length) continue;
    if (first === null || compare(source.rows[source.at]!, first.rows[first.at]!) < 0) first = source;
  }
  return first;
}

/** How sources are merged: `refill` reads on in all of them that are drained, and `most` rows make a page. */
type Merging<Row> = {
  compare: (one: Row, other: Row) => number;
  most: number;
  refill: () => Promise<void>;
};

/** Gives the rows of all sources in one order, page by page. */
export async function* mergedPages<Row>(
  sources: Source<Row>[],
  { compare, most, refill }: Merging<Row>,
): AsyncGenerator<Row[]> {
  for (;;) {
    if (sources.some(isDrained)) await refill();
    const rows = takeMerged(sources, compare, most);
    if (rows.length > 0) yield rows;
    else if (!sources.some(isDrained)) return;
  }
}
