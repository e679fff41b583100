import { PATIENCE_MS } from './fakes.ts';
import { bound, fleetRequest, serverLockFleet } from './scenarios.ts';
import { simulate } from './simulated-run.ts';
import type { Fakes } from './simulated-step.ts';

/** Plays the run of a fleet of two cells, some steps of which do something else than usual. */
export const lockFleet = (changed: Fakes = {}, input: object = fleetRequest) =>
  simulate({
    workflow: 'serverLockFleet',
    input,
    fakes: bound({ ...serverLockFleet, ...changed }),
    patienceMs: PATIENCE_MS,
  });
export type BatchInput = { cell: string; after: number; batch: string };

/** Three batches of 1,000 in the first cell, one of 10 in the second one. */
export const many: Fakes[string] = async ({ cell, after }: BatchInput) =>
  cell === 'c2'
    ? { changed: 10, left: 0, refused: 0, last: null }
    : { changed: 1000, left: 0, refused: 0, last: after < 2000 ? after + 1000 : null };
