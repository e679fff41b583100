import { type FormatOptions, printList, printStream, type Row } from './formats.ts';

const TABLE_PAGE = 1000;

type PagedView<T> = {
  headings: string[];
  row: (item: T) => Row;
  /** How to get the next page of a table, in words that go before `list all`. */
  next?: (last: T) => string;
};

/**
 * A table shows one page and says so when there is more; other formats give all, as it comes. What is to be sorted is
 * read whole first, in memory, and a table of it is not cut: its first rows would not be the first ones.
 */
export async function printPages<T>(
  pages: (limit: number | undefined) => AsyncIterable<T[]>,
  { headings, row, next = () => '' }: PagedView<T>,
  flags: FormatOptions & { limit?: number | undefined },
  announce: (line: string) => void,
): Promise<void> {
  const isSorted = flags['sort-column'] !== undefined;
  if (flags.format !== 'table' && !isSorted)
    return printStream(mapped(pages(flags.limit), row), headings, flags);
  const limit = flags.limit ?? (isSorted ? undefined : TABLE_PAGE);
  const shown: T[] = [];
  // One more than is shown tells whether there are more.
  for await (const page of pages(limit && limit + 1)) shown.push(...page);
  const hasMore = limit !== undefined && shown.length > limit;
  if (hasMore) shown.length = limit;
  await printList(shown.map(row), headings, flags);
  if (hasMore) announce(`There are more: ${next(shown.at(-1)!)}list all with -f csv.`);
}

async function* mapped<T, U>(pages: AsyncIterable<T[]>, map: (item: T) => U): AsyncGenerator<U[]> {
  for await (const page of pages) yield page.map(map);
}
