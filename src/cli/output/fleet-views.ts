import type { CellOutcome } from '../../rules/compute/lock-request.ts';
import { ListOutput } from './outputs.ts';

/** How many servers' locks were changed in a cell, needed no change, or may not be changed; why not all was done there. */
export type FleetRow = {
  Cell: string;
  Changed: number;
  'Left Alone': number;
  Refused: number;
  Error: string | null;
};

export const fleetOutcome = new ListOutput<CellOutcome, FleetRow>({
  Cell: ({ cell }) => cell,
  Changed: ({ changed }) => changed,
  'Left Alone': ({ left }) => left,
  Refused: ({ refused }) => refused,
  Error: ({ error }) => error,
});
