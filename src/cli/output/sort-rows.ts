import { spelled } from './column-names.ts';
import type { FormatOptions } from '../flags/format-flags.ts';
import type { Row } from './formats.ts';
import { printable } from '../../rules/printable.ts';
import { pythonCompare } from './python-text.ts';

type SortOptions = Pick<FormatOptions, 'sort-column' | 'sort-descending'>;

/**
 * Sorts as openstackclient does: by the first column, then by the next; equal rows keep their order, and a column that
 * is not there, or whose values can't be compared, is passed over. That is told on stderr.
 */
export function sortRows(rows: Row[], columns: string[], options: SortOptions): Row[] {
  const isDescending = options['sort-descending'] ?? false;
  return (options['sort-column'] ?? []).reduceRight((sorted, wanted) => {
    const column = columns.find((name) => spelled(name) === spelled(wanted));
    if (column === undefined)
      return warned(
        sorted,
        `There is no column '${wanted}' to sort by. The columns are: ${columns.join(', ')}.`,
      );
    const next = sortedBy(sorted, column, isDescending);
    return next ?? warned(sorted, `The values of the column '${column}' have no order.`);
  }, rows);
}

function sortedBy(rows: Row[], column: string, isDescending: boolean): Row[] | null {
  let canCompare = true;
  const sorted = rows.toSorted((one, other) => {
    const order = pythonCompare(one[column], other[column]);
    canCompare &&= order !== null;
    return (order ?? 0) * (isDescending ? -1 : 1);
  });
  return canCompare ? sorted : null;
}

function warned(rows: Row[], warning: string): Row[] {
  process.stderr.write(`Warning: ${printable(warning)}\n`);
  return rows;
}
