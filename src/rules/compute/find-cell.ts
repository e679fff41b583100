import { closestNames, didYouMean } from '../closest.ts';
import { RuleError } from '../errors.ts';
import { isUuid } from '../uuid.ts';
import { type CellMapping, nameOf } from './cell.ts';

/** Finds a cell by its name or uuid. Nova lets several have one name; then only the uuid will do. */
export function findCell(cells: CellMapping[], wanted: string): CellMapping {
  const found = cells.filter(({ name, uuid }) => name === wanted || uuid === wanted.toLowerCase());
  if (found.length === 1) return found[0]!;
  if (found.length > 1)
    throw new RuleError('CellAmbiguous', `${found.length} cells have the name ${wanted}.`, {
      cure: `Name one by its uuid: ${found.map(({ uuid }) => uuid).join(' or ')}.`,
    });
  const meant = didYouMean(closestNames(wanted, cells.map(nameOf)));
  // NOTE: nova/cmd/manage.py says it in these words; there a cell has no name to be found by.
  const by = isUuid(wanted) ? 'uuid' : 'name';
  throw new RuleError('CellNotFound', `Cell with ${by} ${wanted} was not found.`, {
    cure: `${meant}\`keyward cell list\` shows the cells.`,
  });
}
