import { type CellMapping, type FromCells, isCell0, nameOf } from '../rules/compute/cell.ts';
import type { CheckResult } from '../rules/upgrade-check.ts';
import { type Cells, failure, type ReadOnlyDatabase } from './define-check.ts';

type Question<T> = {
  ask: (database: ReadOnlyDatabase, cell: CellMapping) => Promise<T>;
  judge: (answers: FromCells<T>['answers']) => CheckResult;
  /** cell0 holds the servers that no host took. */
  withoutCell0?: boolean;
};

/**
 * Asks the cells and judges what they answer. A cell that does not answer makes it a Failure that names the cell, since
 * nobody knows what is in there; what was found in the others is told all the same.
 */
export async function judgeCells<T>(
  cells: Cells,
  { ask, judge, withoutCell0 = false }: Question<T>,
): Promise<CheckResult> {
  const concerns = ({ cell }: { cell: CellMapping }): boolean => !withoutCell0 || !isCell0(cell);
  const asked = await cells.each(ask);
  const [answers, failures] = [asked.answers.filter(concerns), asked.failures.filter(concerns)];
  const judged = judge(answers);
  if (failures.length === 0) return judged;
  const why = failures.map(({ cell, error }) => `${described(cell)}: ${error.message}`);
  const count = `${failures.length} of ${answers.length + failures.length} cells`;
  const cures = failures.map(({ cell, error }) => `for ${described(cell)}: ${error.cure}`);
  return failure(
    [`${count} could not be checked. ${why.join(' ')}`, ofOthers(answers.length, judged)]
      .filter(Boolean)
      .join(' '),
    [...cures, ...(judged.remedy === null ? [] : [`for the others: ${judged.remedy}`])].join(' '),
  );
}

function ofOthers(count: number, { details }: CheckResult): string | null {
  if (count === 0) return null;
  return details === null ? 'Nothing is wrong in the others.' : `In the others: ${details.trimStart()}`;
}

const described = (cell: CellMapping): string => (cell.name ? `${nameOf(cell)} (${cell.uuid})` : cell.uuid);
