import { once } from 'node:events';
import { closestNames, didYouMean } from '../../rules/closest.ts';
import { UsageError } from '../../rules/errors.ts';
import type { FormatOptions } from '../flags/format-flags.ts';
import { FORMATS } from './format-writers.ts';
import { sortRows } from './sort-rows.ts';
import { spelled } from './column-names.ts';

export type Cell = unknown;
export type Row = Record<string, Cell>;

/** Refuses a -c that names no column, for commands that start or write something before they print. */
export const assertColumns = (columns: string[], { column }: FormatOptions): void =>
  void chooseColumns(columns, column);

/** Prints many things of a kind: `columns` gives their headings and order. */
export async function printList(rows: Row[], columns: string[], options: FormatOptions): Promise<void> {
  const sorted = sortRows(rows, columns, options);
  await printStream(sorted.length > 0 ? [sorted] : [], columns, options);
}

/** Prints many things as they come, page by page, so that memory does not grow with them; a table has one page. */
export async function printStream(
  pages: AsyncIterable<Row[]> | Row[][],
  columns: string[],
  options: FormatOptions,
): Promise<void> {
  const chosen = chooseColumns(columns, options.column);
  const writer = FORMATS[options.format].list!(chosen, options);
  const { head = '', tail = '', separator = '', nothing = '', render } = writer;
  await write(head);
  let isFirst = true;
  for await (const page of pages) {
    await write((isFirst ? '' : separator) + (await render(page.map((row) => pick(row, chosen)))));
    isFirst = false;
  }
  await write(isFirst ? await nothing : tail);
}

/** Prints one thing: a table has a line per field, as openstackclient's `show` commands have. */
export async function printRecord(record: Row, options: FormatOptions): Promise<void> {
  const chosen = chooseColumns(Object.keys(record), options.column);
  await write(await FORMATS[options.format].record(pick(record, chosen), chosen, options));
}

const pick = (row: Row, columns: string[]): Row =>
  Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));

/** In the table's own order. As in openstackclient, one known name is enough. */
function chooseColumns(columns: string[], wanted: string[] | undefined): string[] {
  if (!wanted?.length) return columns;
  const names = wanted.map(spelled);
  const chosen = columns.filter((column) => names.includes(spelled(column)));
  if (chosen.length > 0) return chosen;
  throw new UsageError(
    `There is no column '${wanted.join("' or '")}'.`,
    `${didYouMean(wanted.flatMap((name) => closestNames(name, columns)))}The columns are: ${columns.join(', ')}.`,
  );
}

/** Waits where the reader is slower than the database. */
async function write(output: string): Promise<void> {
  if (output && !process.stdout.write(output)) await once(process.stdout, 'drain');
}
