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
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
};

const print = (output: string): void => {
  if (output) process.stdout.write(`${output}\n`);
};
