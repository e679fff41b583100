import type { FormatName, FormatOptions } from '../flags/format-flags.ts';
import { Formatted } from './formatted.ts';
import type { Row } from './formats.ts';
import { isPlainNumber, pythonText } from './python-text.ts';
import { renderTable } from './table.ts';

/** How a list is written, page by page. `nothing` is written where no page came, instead of `tail`. */
type ListWriter = {
  head?: string;
  separator?: string;
  tail?: string;
  nothing?: string | Promise<string>;
  render: (rows: Row[]) => string | Promise<string>;
};
/** A format writes lists, whole or as a stream of pages, and single things; one without `list` writes no lists. */
type Format = {
  list?: (columns: string[], options: FormatOptions) => ListWriter;
  record: (record: Row, columns: string[], options: FormatOptions) => string | Promise<string>;
};

const cellsOf = (row: Row, columns: string[]): unknown[] => columns.map((name) => row[name]);
const textsOf = (row: Row, columns: string[]): string[] => cellsOf(row, columns).map(textOf);
const textOf = (cell: unknown): string => pythonText(cell instanceof Formatted ? cell.value : cell);
/** A table alone has the words in which a value is shown. */
const shownOf = (cell: unknown): string => (cell instanceof Formatted ? cell.text : pythonText(cell));
const lines = (texts: string[]): string => texts.map((text) => `${text}\n`).join('');

/** A table's widths depend on every row: it is the one format that can't be written as the pages come. */
const table: Format = {
  list: (columns, options) => {
    const render = async (rows: Row[]): Promise<string> => {
      const toRight = cellsOf(rows[0] ?? {}, columns).map(isPlainNumber);
      const layout = { toRight, maxWidth: tableWidth(options), leastWidth: 8 };
      return `${await renderTable(
        columns,
        rows.map((row) => cellsOf(row, columns).map(shownOf)),
        layout,
      )}\n`;
    };
    // cliff draws a table of no rows only if asked to.
    return { nothing: options['print-empty'] ? render([]) : '\n', render };
  },
  record: async (record, columns, options) => {
    const rows = columns.map((name) => [name, shownOf(record[name])]);
    const layout = { maxWidth: tableWidth(options), leastWidth: 16 };
    return `${await renderTable(['Field', 'Value'], rows, layout)}\n`;
  },
};

/** Returns the width of --max-width, else stdout's terminal's, else (with --fit-width) stderr's terminal's. */
function tableWidth(options: FormatOptions): number | undefined {
  if ((options['max-width'] ?? 0) > 0) return options['max-width'];
  if (process.stdout.isTTY) return process.stdout.columns;
  return options['fit-width'] && process.stderr.isTTY ? process.stderr.columns : undefined;
}

const json: Format = {
  list: (_, { noindent }) => {
    const end = noindent ? ']' : '\n]';
    // Each page is an array whose brackets are left out, since one pair stands around all pages.
    const render = (rows: Row[]): string =>
      JSON.stringify(rows, null, noindent ? 0 : 2).slice('['.length, -end.length);
    return { head: '[', separator: ',', tail: `${end}\n`, nothing: ']\n', render };
  },
  record: (record, _, { noindent }) => `${JSON.stringify(record, null, noindent ? 0 : 2)}\n`,
};

/** Writes YAML 1.1, in which PyYAML reads a bare `yes` as true. The package is imported here since it takes 15 ms. */
const yamlText = async (value: unknown): Promise<string> =>
  (await import('yaml')).stringify(value, { version: '1.1', singleQuote: true, sortMapEntries: true });

/** PyYAML sorts keys; a single thing's own stay in their order, since cliff writes each by itself. */
const yaml: Format = {
  list: () => ({ nothing: '[]\n', render: yamlText }),
  record: async (record, columns) =>
    (await Promise.all(columns.map((name) => yamlText({ [name]: record[name] })))).join(''),
};

const value: Format = {
  list: (columns) => ({ render: (rows) => lines(rows.map((row) => textsOf(row, columns).join(' '))) }),
  record: (record, columns) => lines(textsOf(record, columns)),
};

const csv: Format = {
  list: (columns, { quote }) => ({
    head: lines([csvLine(columns, quote)]),
    render: (rows) => lines(rows.map((row) => csvLine(cellsOf(row, columns), quote))),
  }),
  record: (record, columns, { quote }) =>
    lines([csvLine(columns, quote), csvLine(cellsOf(record, columns), quote)]),
};

/** Writes a line as Python's csv does for openstackclient, which escapes with a backslash. */
function csvLine(cells: unknown[], mode = 'nonnumeric'): string {
  const field = (cell: unknown): string => {
    const text = cell === null || cell === undefined ? '' : textOf(cell);
    const special = mode === 'none' ? /[\\",\r\n]/g : /\\/g;
    const escaped = text.replaceAll(special, String.raw`\$&`);
    return isQuoted(cell, text, mode, cells.length) ? `"${escaped.replaceAll('"', '""')}"` : escaped;
  };
  return cells.map(field).join(',');
}

function isQuoted(cell: unknown, text: string, mode: string, fields: number): boolean {
  if (mode === 'none' || mode === 'all') return mode === 'all';
  if (mode === 'nonnumeric') return !isPlainNumber(cell) && typeof cell !== 'boolean';
  // A line of one empty field would be an empty line.
  return /[",\r\n]/.test(text) || (text === '' && fields === 1);
}

/**
 * Writes lines that a shell can evaluate. Unlike in openstackclient, nothing in a name or a value is evaluated with them: what a
 * shell expands in double quotes is escaped, and a variable's name has letters, digits and underscores only.
 */
const shell: Format = {
  record: (record, columns, { prefix = '' }) =>
    lines(
      columns.map((column) => {
        const name = `${prefix}${column.toLowerCase()}`.replaceAll(/\W|^(?=\d)/gu, '_');
        return `${name}="${textOf(record[column]).replaceAll(/["$`\\]/g, String.raw`\$&`)}"`;
      }),
    ),
};

export const FORMATS: Record<FormatName, Format> = { table, json, yaml, value, csv, shell };
