import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  rootCause,
} from '@temporalio/workflow';
import type { CellOutcome, FleetLockRequest, FleetOutcome } from '../rules/compute/lock-request.ts';
import type { Asked } from '../rules/run-request.ts';
import { changeAll } from './lock-batches.ts';
import { briefLockSteps, firstLock, lockSteps, summedLockSteps } from './lock-steps.ts';

type Request = Asked<FleetLockRequest>;
type Cell = { uuid: string; name: string };

/**
 * Locks or unlocks many servers, in all cells at once. A cell that can't be worked on any more is named in the outcome, and
 * the others are done all the same. Cancelled, it ends behind the batches that are under way.
 */
export async function serverLockFleet(request: Request): Promise<FleetOutcome> {
  const cells = await firstLock.listLockCells(request);
  const ends = await Promise.allSettled(cells.map((cell) => lockCell(request, cell)));
  await CancellationScope.nonCancellable(() => armLease(request));
  const outcomes = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
  return { cells: outcomes };
}

async function armLease(request: Request): Promise<void> {
  const { locking } = request;
  if (locking.kind === 'lock' && locking.lease !== null)
    await lockSteps.armLease({ ...request, leaseId: locking.lease.id });
}

/** Says why a step has failed, and what to do. */
function reasonOf(error: ActivityFailure): string {
  const [told] = error.cause instanceof ApplicationFailure ? (error.cause.details ?? []) : [];
  const { cure = '' } = (told ?? {}) as { cure?: string };
  return `${rootCause(error) ?? 'It is not known why.'} ${cure}`.trim();
}

const lookedAt = ({ changed, left, refused }: CellOutcome): number => changed + left + refused;

async function lockCell(request: Request, { uuid: cell, name }: Cell): Promise<CellOutcome> {
  const outcome: CellOutcome = { cell: name, changed: 0, left: 0, refused: 0, error: null };
  try {
    const leases = await firstLock.beginLocks({ ...request, cell });
    await changeAll({
      cell,
      change: (batch) =>
        summedLockSteps(`in ${name}, from ${lookedAt(outcome) + 1} on`).changeLocks({ ...request, ...batch }),
      announce: (batch) => briefLockSteps.announceLocks({ ...request, ...batch }),
      count: ({ changed, left, refused }) => {
        outcome.changed += changed;
        outcome.left += left;
        outcome.refused += refused;
      },
    });
    for (const leaseId of leases) await lockSteps.wakeLease({ ...request, leaseId });
  } catch (error) {
    if (isCancellation(error)) {
      // A cell that does not answer is stopped all the same, since nobody goes on with the run.
      await CancellationScope.nonCancellable(() => briefLockSteps.stopLocks({ ...request, cell })).catch(
        () => {},
      );
      throw error;
    }
    if (!(error instanceof ActivityFailure)) throw error;
    outcome.error = reasonOf(error);
  }
  return outcome;
}
