import type { ListedLock } from '../../rules/compute/lock-view.ts';
import { ListOutput } from './outputs.ts';

/** A lock, and what was done about it where it was repaired. */
export type RepairedLock = ListedLock & { repair?: 'restored' | 'forgotten' | null };

/**
 * `Locked By` is owner or admin, and null where the server is not locked. Times are ISO 8601 in UTC with microseconds, and no
 * zone at their end. `Run` is the request of the run that put the lock on. `Drift` says how the rows differ from that.
 */
export type LockListRow = {
  ID: string;
  Name: string | null;
  Reason: string | null;
  'Locked By': 'owner' | 'admin' | null;
  Account: string | null;
  Since: string | null;
  Until: string | null;
  Run: string | null;
  Drift: string | null;
  Cell: string;
  Repair?: 'restored' | 'forgotten' | null;
  'User ID'?: string | null;
  'Project ID'?: string | null;
};

const LONG = ['User ID', 'Project ID'] as const;

export const lockList = new ListOutput<RepairedLock, LockListRow>(
  {
    ID: ({ uuid }) => uuid,
    Name: ({ name }) => name,
    Reason: ({ reason }) => reason,
    'Locked By': ({ lockedBy }) => lockedBy,
    Account: ({ by }) => by,
    Since: ({ since }) => since,
    Until: ({ until }) => until,
    Run: ({ run }) => run,
    Drift: ({ drift }) => drift,
    Cell: ({ cell }) => cell,
    Repair: ({ repair }) => repair ?? null,
    'User ID': ({ userId }) => userId,
    'Project ID': ({ projectId }) => projectId,
  },
  ({ long, repair }) => [...(repair ? [] : (['Repair'] as const)), ...(long ? [] : LONG)],
);
