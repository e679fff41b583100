import { once } from 'node:events';
import { Flags } from '@oclif/core';
import type { SchemaOptions } from 'yaml';
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

/** Refuses a -c that names no column, for commands that start or write something before they print. */
export const assertColumns = (columns: string[], { column }: FormatOptions): void =>
  void chooseColumns(columns, column);

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
  const { head = '', tail = '', separator = '', nothing = '', render } = streamed(chosen, options.format);
  await write(head);
  let isFirst = true;
  for await (const page of pages) {
    const rows = page.map((row) => Object.fromEntries(chosen.map((name) => [name, row[name] ?? null])));
    await write((isFirst ? '' : separator) + (await render(rows)));
    isFirst = false;
  }
  await write(isFirst ? nothing : tail);
}

/** Prints one thing: a table has a line per field, as openstackclient's `show` commands have. */
export async function printRecord(record: Row, options: FormatOptions): Promise<void> {
  const chosen = chooseColumns(Object.keys(record), options.column);
  const picked = Object.fromEntries(chosen.map((name) => [name, record[name] ?? null]));
  print(await renderRecord(picked, chosen, options.format));
}

async function renderList(rows: Row[], columns: string[], format: string): Promise<string> {
  if (format === 'json') return JSON.stringify(rows, null, 2);
  // PyYAML sorts the keys of what openstackclient lists.
  if (format === 'yaml') return yaml(rows, { sortMapEntries: true });
  if (format === 'csv') return [columns, ...cellsOf(rows, columns)].map(csvLine).join('\n');
  const cells = cellsOf(rows, columns).map((line) => line.map(text));
  if (format === 'value') return cells.map((line) => line.join(' ')).join('\n');
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
  /** The end where no page came. */
  nothing?: string;
  render: (rows: Row[]) => Promise<string>;
};

/** The same text as `renderList` gives for all at once. */
function streamed(columns: string[], format: string): Streamed {
  if (format === 'json') {
    const render = async (rows: Row[]): Promise<string> => JSON.stringify(rows, null, 2).slice(1, -2);
    return { head: '[', tail: '\n]\n', separator: ',', nothing: ']\n', render };
  }
  const render = async (rows: Row[]): Promise<string> => `${await renderList(rows, columns, format)}\n`;
  if (format === 'yaml') return { nothing: '[]\n', render };
  if (format === 'value') return { render };
  const lines = (rows: Row[]): string =>
    cellsOf(rows, columns)
      .map((line) => `${csvLine(line)}\n`)
      .join('');
  return { head: `${csvLine(columns)}\n`, render: async (rows) => lines(rows) };
}

const cellsOf = (rows: Row[], columns: string[]): Cell[][] =>
  rows.map((row) => columns.map((name) => row[name]));

/** YAML 1.1, which PyYAML reads: there `yes` is no string. Imported when asked for only: it alone takes 15 ms. */
const yaml = async (value: unknown, options: SchemaOptions = {}): Promise<string> =>
  (await import('yaml')).stringify(value, { ...options, version: '1.1', singleQuote: true }).trimEnd();

/** As Python's csv writes it for openstackclient: all but numbers and booleans is quoted, and None is empty. */
function csvLine(cells: Cell[]): string {
  const field = (cell: Cell): string => {
    if (typeof cell === 'number' || typeof cell === 'boolean') return text(cell);
    return cell === null ? '""' : `"${text(cell).replaceAll('\\', '\\\\').replaceAll('"', '""')}"`;
  };
  return cells.map(field).join(',');
}

/** In the table's own order. As in openstackclient, `sudo_user` is `Sudo User`, and one known name is enough. */
function chooseColumns(columns: string[], wanted: string[] | undefined): string[] {
  if (!wanted?.length) return columns;
  const names = wanted.map(spelled);
  const chosen = columns.filter((column) => names.includes(spelled(column)));
  if (chosen.length > 0) return chosen;
  throw new UsageError(
    `There is no column '${wanted.join("' or '")}'.`,
    `The columns are: ${columns.join(', ')}.`,
  );
}

const spelled = (column: string): string => column.toLowerCase().trim().replaceAll(' ', '_');

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
