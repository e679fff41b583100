import type { LockedBy } from './instance-lock.ts';
import type { Drift } from './lock-drift.ts';

/**
 * A lock as it is shown. Times are ISO 8601 in UTC with microseconds, and no zone at their end. `since`, `userId` and
 * `projectId` are of the newest lock that Nova has noted; `by` is the account that keyward was run by. `run` is the request
 * by which keyward put it on; with `until` it ends by itself.
 */
export type LockView = {
  uuid: string;
  name: string | null;
  isLocked: boolean;
  lockedBy: LockedBy | null;
  reason: string | null;
  userId: string | null;
  projectId: string | null;
  by: string | null;
  since: string | null;
  until: string | null;
  run: string | null;
  drift: Drift | null;
  /** Whether its time is over, or the run that put it on was ended before it was done. */
  isOrphaned: boolean;
};

/** A lock with the name of the cell that its server is in. */
export type ListedLock = LockView & { cell: string };
