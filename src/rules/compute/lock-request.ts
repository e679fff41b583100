import { UsageError } from '../errors.ts';
import type { RunInput } from '../run-request.ts';
import type { Requester } from '../requester.ts';
import { runId, type Target } from '../target.ts';
import { lengthOf } from '../text-length.ts';
import type { Caller } from './caller.ts';
import type { ServerChangeRequest } from './new-server.ts';
import type { Until } from './until.ts';

/** `locked_reason` has room for so many characters (`nova/api/openstack/compute/schemas/lock_server.py`). */
const LONGEST_REASON = 255;

/** A lock that ends by itself; the id is that of the run that ends it, and of its request. */
export type Lease = { id: string; until: Until };

/** What is asked of the lock of a server. A lock replaces the reason and the lease of one that is there. */
export type Locking = { kind: 'lock'; reason: string | null; lease: Lease | null } | { kind: 'unlock' };

/** The input of the workflow that locks or unlocks one server. */
export type ServerLockRequest = ServerChangeRequest & { locking: Locking };

/** Which servers a fleet's run is about: those of a filter, or those that the run of this request has locked. */
export type Selection =
  { by: 'filter'; filter: FleetFilter; force: boolean } | { by: 'run'; requestId: string };

/** What narrows a fleet down; null: not at all. `name` is a regular expression of PostgreSQL's. */
export type FleetFilter = {
  projectId: string | null;
  host: string | null;
  availabilityZone: string | null;
  name: string | null;
  status: string | null;
};

/** The input of the workflow that locks or unlocks many servers. */
export type FleetLockRequest = RunInput & {
  requester: Requester;
  caller: Caller;
  locking: Locking;
  selection: Selection;
};

/** The input of the workflow that waits for the end of a lease, and takes its locks off; who locked stands in the rows. */
export type LeaseRequest = RunInput;

/**
 * How a lease stands: the cells (uuids) in which it is due, and in how many milliseconds it will be in another one (null: there
 * are no more of its locks). Of cells that do not answer it says nothing.
 */
export type LeaseState = { due: string[]; waitMs: number | null };

/** What became of servers: their locks were changed, needed no change, or may not be changed by whoever asked. */
export type LockCounts = { changed: number; left: number; refused: number };

/** Which servers of a cell come next: those behind the row of this number. `batch` tells this batch from others. */
export type BatchOf = { cell: string; after: number; batch: string };

/** What a batch did; `last` is the number of the last row that it looked at, null where there are none behind it. */
export type BatchDone = LockCounts & { last: number | null };

/** What a fleet's run did in one cell; `error` says why not all was done there. */
export type CellOutcome = LockCounts & { cell: string; error: string | null };

/** What a fleet's run did. */
export type FleetOutcome = { cells: CellOutcome[] };

export const serverLockWorkflowId = ({ target, requestId }: RunInput): string =>
  runId(target, 'server-lock', requestId);

export const fleetLockWorkflowId = ({ target, requestId }: RunInput): string =>
  runId(target, 'server-lock-fleet', requestId);

export const leaseWorkflowId = ({ target, requestId }: RunInput): string =>
  runId(target, 'server-lease', requestId);

/** The workflow that waits for the end of a lease. */
export const LEASE_WORKFLOW = 'serverLease';

/** Tells the run of a lease that its rows were changed. */
export const LEASE_CHANGED = 'leaseChanged';

/** Gives the request of a lock's run, of which the id or the request is named; null where that can't be one. */
export function lockRunIn(target: Target, given: string): string | null {
  const [, owner, requestId] =
    /^(?:([0-9a-f]{12})\/server-lock(?:-fleet)?\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(
      given,
    ) ?? [];
  return requestId === undefined || (owner !== undefined && owner !== target) ? null : requestId;
}

/** Refuses a reason that Nova would; white space alone is one, and is kept as it is. */
export function assertReason(reason: string): void {
  if (reason === '') throw new UsageError('--reason is empty.', 'Say why.');
  if (reason.includes('\0')) throw new UsageError('--reason has a NUL character.', 'Leave it out.');
  const length = lengthOf(reason);
  if (length <= LONGEST_REASON) return;
  throw new UsageError(
    `--reason has ${length} characters, and at most ${LONGEST_REASON} are kept.`,
    'Shorten it.',
  );
}
