import { printableLines } from './printable.ts';
import { type Measure, measureFor } from './display-width.ts';

/** A table as openstackclient draws it: ASCII rules, one space beside each cell, cells to the left. */
export async function renderTable(headings: string[], cells: string[][]): Promise<string> {
  const rows = cells.map((row) => row.map(printableLines));
  const measure = await measureFor([headings, ...rows].flat());
  const widths = headings.map((heading, at) =>
    rows.reduce((widest, row) => Math.max(widest, ...lines(row[at]).map(measure)), measure(heading)),
  );
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const body = rows.flatMap((row) => drawRow(row, widths, measure));
  return [
    rule,
    ...drawRow(headings, widths, measure),
    rule,
    ...body,
    ...(rows.length > 0 ? [rule] : []),
  ].join('\n');
}

function drawRow(row: string[], widths: number[], measure: Measure): string[] {
  const pad = (line: string, width: number) => line + ' '.repeat(width - measure(line));
  const height = Math.max(...row.map((cell) => lines(cell).length));
  return Array.from({ length: height }, (_, at) =>
    widths.reduce((drawn, width, column) => `${drawn} ${pad(lines(row[column])[at] ?? '', width)} |`, '|'),
  );
}

const lines = (cell: string | undefined): string[] => (cell ?? '').split('\n');
