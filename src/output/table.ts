import stringWidth from 'string-width';

/** A table as openstackclient draws it: ASCII rules, one space beside each cell, cells to the left. */
export function renderTable(headings: string[], rows: string[][]): string {
  const widths = headings.map((heading, at) =>
    rows.reduce(
      (widest, row) => Math.max(widest, ...lines(row[at]).map((line) => stringWidth(line))),
      stringWidth(heading),
    ),
  );
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const body = rows.flatMap((row) => drawRow(row, widths));
  return [rule, ...drawRow(headings, widths), rule, ...body, ...(rows.length > 0 ? [rule] : [])].join('\n');
}

function drawRow(row: string[], widths: number[]): string[] {
  const height = Math.max(...row.map((cell) => lines(cell).length));
  return Array.from({ length: height }, (_, at) =>
    widths.reduce((drawn, width, column) => `${drawn} ${pad(lines(row[column])[at] ?? '', width)} |`, '|'),
  );
}

const lines = (cell: string | undefined): string[] => (cell ?? '').split('\n');

const pad = (line: string, width: number): string => line + ' '.repeat(width - stringWidth(line));
