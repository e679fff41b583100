import { type Ruler, rulerFor } from './display-width.ts';
import { printableLines } from '../../rules/printable.ts';
import { wrapText } from './text-wrap.ts';

type Layout = {
  /** Which columns have their cells aligned to the right. */
  toRight?: boolean[];
  /** How wide the table may be, in columns of the terminal. */
  maxWidth?: number | undefined;
  /** No column is made narrower than this to fit into `maxWidth`. */
  leastWidth?: number;
};
/** A cell is a list of lines. */
type Cell = string[];

/** Draws a table as openstackclient does: ASCII rules, one space beside each cell. */
export async function renderTable(
  headings: string[],
  cells: string[][],
  layout: Layout = {},
): Promise<string> {
  const rows = cells.map((row) => row.map((cell): Cell => printableLines(cell).split('\n')));
  const ruler = await rulerFor([headings, ...rows.flat()].flat());
  const widths = widthsOf(headings, rows, layout, ruler);
  const draw = (row: Cell[]): string[] => drawRow(row, widths, layout.toRight ?? [], ruler);
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const head = draw(headings.map((heading) => [heading]));
  return [rule, ...head, rule, ...rows.flatMap(draw), rule].join('\n');
}

/** A heading is never broken; a column is at least as wide as its own. */
function widthsOf(headings: string[], rows: Cell[][], layout: Layout, { measure }: Ruler): number[] {
  const own = headings.map(measure);
  const widest = own.map((width, at) =>
    rows.reduce((most, row) => Math.max(most, ...row[at]!.map(measure)), width),
  );
  const { maxWidth = Infinity, leastWidth = 0 } = layout;
  return fitted(widest, maxWidth, leastWidth).map((width, at) => Math.max(own[at]!, width));
}

/**
 * Shares the width among the columns as cliff does (`TableFormatter._assign_max_widths`): columns below the average stay as they are,
 * the others get equal parts of the rest, and the last of them what remains.
 */
function fitted(widths: number[], maxWidth: number, leastWidth: number): number[] {
  const frame = 1 + 3 * widths.length;
  if (sum(widths) + frame <= maxWidth) return widths;
  const usable = Math.max(0, maxWidth - frame);
  const average = Math.floor(usable / widths.length);
  const wide = widths.flatMap((width, at) => (width > average ? [at] : []));
  const rest = usable - sum(widths.filter((width) => width <= average));
  const part = Math.floor(rest / wide.length);
  const last = rest - part * (wide.length - 1);
  return widths.map((width, at) => {
    if (width <= average) return width;
    return Math.min(width, Math.max(leastWidth, at === wide.at(-1) ? last : part));
  });
}

function drawRow(row: Cell[], widths: number[], toRight: boolean[], ruler: Ruler): string[] {
  const cells = row.map((cell, column) => cell.flatMap((line) => broken(line, widths[column]!, ruler)));
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, at) => {
    const drawn = cells.map((cell, column) => {
      const line = cell[at] ?? '';
      const padding = ' '.repeat(widths[column]! - ruler.measure(line));
      return toRight[column] ? padding + line : line + padding;
    });
    return `| ${drawn.join(' | ')} |`;
  });
}

function broken(line: string, width: number, ruler: Ruler): string[] {
  if (ruler.measure(line) <= width) return [line];
  const lines = wrapText(line, width, '', ruler);
  return lines.length > 0 ? lines : [''];
}

const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);
