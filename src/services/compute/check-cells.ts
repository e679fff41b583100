import type { Kysely } from 'kysely';
import type { Cells } from '../../database/cells.ts';
import type { CellMapping, FromCells } from '../../rules/compute/cell.ts';

/** Lets upgrade checks read every cell, and nothing else. */
export const checkCells = (cells: Cells) => ({
  // oxlint-disable-next-line typescript/no-explicit-any -- checks name raw tables, of which no type is kept
  each: <T>(use: (database: Kysely<any>, cell: CellMapping) => Promise<T>): Promise<FromCells<T>> =>
    cells.each((em, cell) => use(em.getKysely(), cell)),
});
