import type { CellMapping } from './cell.ts';
import type { Urls } from './new-cell.ts';

/** A cell with what is known of it. `urls` are filled in and without passwords. */
export type CellState = {
  cell: CellMapping;
  urls: Urls;
  /**
   * How many hosts and instances are mapped to it; those that are being deleted don't count. They are null where the API
   * database did not count them in time.
   */
  hosts: number | null;
  instances: number | null;
  /** The instances in its database that were not deleted; null where that was not to be known. */
  living: number | null;
  revision: string | null;
  isReachable: boolean;
  /** Why the database can't be asked, or is none that keyward works on, or why its mappings were not counted. */
  problem: string | null;
};

/** Whether something of the cell is not known because a database gave no answer. */
export const isPartial = ({ isReachable, hosts }: CellState): boolean => !isReachable || hosts === null;
