import { once } from 'node:events';
import v8 from 'node:v8';
import { Flags } from '@oclif/core';
import { UsageError } from '../rules/errors.ts';
import { renderTable } from './table.ts';

export type Cell = unknown;
export type Row = Record<string, Cell>;

const FORMATS = ['table', 'json', 'yaml', 'value', 'csv'] as const;
export type FormatOptions = { format: string; column: string[] | undefined };

/** openstackclient's words for how a result is printed (`cliff`). */
export const formatFlags = {
  format: Flags.option({ options: FORMATS })({
    char: 'f',
    default: 'table',
    description: 'the output format',
    helpGroup: 'OUTPUT',
  }),
  column: Flags.string({
    char: 'c',
    multiple: true,
    multipleNonGreedy: true,
    description: 'a column to show; may be given several times',
    helpGroup: 'OUTPUT',
  }),
};

/** Prints many things of a kind: `columns` gives their headings and order. */
export async function printList(rows: Row[], columns: string[], options: FormatOptions): Promise<void> {
  const chosen = chooseColumns(columns, options.column);
  const picked = rows.map((row) => Object.fromEntries(chosen.map((name) => [name, row[name] ?? null])));
  print(await renderList(picked, chosen, options.format));
}

/** Prints many things as they come, page by page, so that memory does not grow with them; no table can do that. */
export async function printStream(
  pages: AsyncIterable<Row[]>,
  columns: string[],
  options: FormatOptions,
): Promise<void> {
  const chosen = chooseColumns(columns, options.column);
  // Rows die young; V8 would rather let 128 MiB of them pile up than collect them.
  v8.setFlagsFromString('--semi-space-growth-factor=1');
  const { head = '', tail = '', separator = '', render } = await streamed(chosen, options.format);
  await write(head);
  let isFirst = true;
  for await (const page of pages) {
    const rows = page.map((row) => Object.fromEntries(chosen.map((name) => [name, row[name] ?? null])));
    await write((isFirst ? '' : separator) + (await render(rows)));
    isFirst = false;
  }
  await write(isFirst && options.format === 'json' ? ']\n' : tail);
}

/** Prints one thing: a table has a line per field, as openstackclient's `show` commands have. */
export async function printRecord(record: Row, options: FormatOptions): Promise<void> {
  const chosen = chooseColumns(Object.keys(record), options.column);
  const picked = Object.fromEntries(chosen.map((name) => [name, record[name] ?? null]));
  print(await renderRecord(picked, chosen, options.format));
}

async function renderList(rows: Row[], columns: string[], format: string): Promise<string> {
  if (format === 'json') return JSON.stringify(rows, null, 2);
  if (format === 'yaml') return yaml(rows);
  const cells = rows.map((row) => columns.map((name) => text(row[name])));
  if (format === 'value') return cells.map((line) => line.join(' ')).join('\n');
  if (format === 'csv') return csv([columns, ...cells]);
  return renderTable(columns, cells);
}

async function renderRecord(record: Row, columns: string[], format: string): Promise<string> {
  if (format === 'json') return JSON.stringify(record, null, 2);
  if (format === 'yaml') return yaml(record);
  if (format === 'value') return columns.map((name) => text(record[name])).join('\n');
  if (format === 'csv') return renderList([record], columns, 'csv');
  return renderTable(
    ['Field', 'Value'],
    columns.map((name) => [name, text(record[name])]),
  );
}

type Streamed = {
  head?: string;
  tail?: string;
  separator?: string;
  render: (rows: Row[]) => Promise<string>;
};

/** The same text as `renderList` gives for all at once. */
async function streamed(columns: string[], format: string): Promise<Streamed> {
  const cells = (row: Row): string[] => columns.map((name) => text(row[name]));
  if (format === 'json') {
    const render = async (rows: Row[]): Promise<string> => JSON.stringify(rows, null, 2).slice(1, -2);
    return { head: '[', tail: '\n]\n', separator: ',', render };
  }
  const line = (rendered: string): string => `${rendered}\n`;
  if (format === 'yaml') return { render: (rows) => yaml(rows).then(line) };
  if (format === 'value')
    return { render: async (rows) => rows.map((row) => line(cells(row).join(' '))).join('') };
  return { head: line(await csv([columns])), render: (rows) => csv(rows.map(cells)).then(line) };
}

// Both are imported by those who ask for them only: yaml alone takes 15 ms.
const yaml = async (value: unknown): Promise<string> => (await import('yaml')).stringify(value).trimEnd();

const csv = async (rows: string[][]): Promise<string> =>
  (await import('csv-stringify/sync')).stringify(rows, { quoted_string: true }).trimEnd();

function chooseColumns(columns: string[], wanted: string[] | undefined): string[] {
  if (!wanted?.length) return columns;
  return wanted.map((name) => {
    const column = columns.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (!column)
      throw new UsageError(`There is no column '${name}'.`, `The columns are: ${columns.join(', ')}.`);
    return column;
  });
}

const text = (cell: Cell): string => {
  if (cell === null || cell === undefined) return 'None';
  if (typeof cell === 'boolean') return cell ? 'True' : 'False';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
};

/** Waits where the reader is slower than the database. */
async function write(output: string): Promise<void> {
  if (!process.stdout.write(output)) await once(process.stdout, 'drain');
}

const print = (output: string): void => {
  if (output) process.stdout.write(`${output}\n`);
};
