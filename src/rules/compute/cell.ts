import type { RuleError } from '../errors.ts';

/** A row of `cell_mappings` as it is stored: both URLs may be templates, and both may hold passwords. */
export type CellMapping = {
  id: number;
  uuid: string;
  name: string | null;
  transportUrl: string;
  databaseConnection: string;
  isDisabled: boolean;
};

/** Nova knows cell0, which holds the servers that no host took, by this uuid (`nova/objects/cell_mapping.py`). */
export const CELL0_UUID = '00000000-0000-0000-0000-000000000000';

/** Nova writes this where a cell has no message queue, as cell0 has none. */
export const NO_TRANSPORT = 'none:///';

export const isCell0 = ({ uuid }: Pick<CellMapping, 'uuid'>): boolean => uuid === CELL0_UUID;

/**
 * What came of asking every cell: an answer or a failure for each, in the order of their ids. Whoever only looks at the
 * answers says something about a cloud of which a part was not seen.
 */
export type FromCells<T> = {
  answers: { cell: CellMapping; value: T }[];
  failures: { cell: CellMapping; error: RuleError }[];
};

/** Gives what an operator calls the cell: its name, which Nova lets be missing or empty, else its uuid. */
export const nameOf = ({ name, uuid }: Pick<CellMapping, 'name' | 'uuid'>): string => name || uuid;
