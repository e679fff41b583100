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
