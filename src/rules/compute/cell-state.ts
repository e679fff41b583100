import type { CellMapping } from './cell.ts';
import type { Urls } from './new-cell.ts';

/** A cell with what is known of it. `urls` are filled in and without passwords. */
export type CellState = {
  cell: CellMapping;
  urls: Urls;
  /** How many hosts and instances are mapped to it; those that are being deleted don't count. */
  hosts: number;
  instances: number;
  /** The instances in its database that were not deleted; null where that was not to be known. */
  living: number | null;
  revision: string | null;
  isReachable: boolean;
  /** Why the database can't be asked, or is none that keyward works on. */
  problem: string | null;
};
