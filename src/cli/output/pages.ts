import type { FormatOptions } from '../flags/format-flags.ts';
import { printStream } from './formats.ts';
import type { ListOf } from './outputs.ts';

const TABLE_PAGE = 1000;

type Asides<Item> = {
  announce: (line: string) => void;
  /** How to get the next page of a table, in words that go before `list all`. */
  next?: (last: Item) => string;
};

/**
 * A table shows one page and says so when there is more; other formats give all, as it comes. What is to be sorted is
 * read whole first, in memory, and a table of it is not cut: its first rows would not be the first ones.
 */
export async function printPages<Item>(
  pages: (limit: number | undefined) => AsyncIterable<Item[]>,
  output: ListOf<Item>,
  flags: FormatOptions & { limit?: number | undefined },
  { announce, next = () => '' }: Asides<Item>,
): Promise<void> {
  const isSorted = flags['sort-column'] !== undefined;
  if (flags.format !== 'table' && !isSorted)
    return printStream(mapped(pages(flags.limit), output.rowOf(flags)), output.headings(flags), flags);
  const limit = flags.limit ?? (isSorted ? undefined : TABLE_PAGE);
  const shown: Item[] = [];
  // One more than is shown tells whether there are more.
  for await (const page of pages(limit && limit + 1)) shown.push(...page);
  const hasMore = limit !== undefined && shown.length > limit;
  if (hasMore) shown.length = limit;
  await output.print(shown, flags);
  if (hasMore) announce(`There are more: ${next(shown.at(-1)!)}list all with -f csv.`);
}

async function* mapped<T, U>(pages: AsyncIterable<T[]>, map: (item: T) => U): AsyncGenerator<U[]> {
  for await (const page of pages) yield page.map(map);
}
