import {
  ActivityFailure,
  CancellationScope,
  condition,
  defineSignal,
  isCancellation,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { LockActivities } from '../activities/locks.ts';
import { LEASE_CHANGED, type LeaseRequest } from '../rules/compute/lock-request.ts';
import type { Asked } from '../rules/run-request.ts';
import { changeAll } from './lock-batches.ts';
import { briefLockSteps } from './lock-steps.ts';
import { backoff, later, patient } from './server-steps.ts';

type Request = Asked<LeaseRequest>;

/** Who waits for the end of a lease has nothing else to do: an outage may last. */
const steps = proxyActivities<LockActivities>({
  ...patient,
  startToCloseTimeout: '60s',
  retry: { ...backoff, maximumInterval: '5 minutes' },
});

/** A cell in which a step was refused is asked again after this time. */
const REFUSED_MS = 10 * 60_000;
/** The databases' clocks decide, and a timer may be early by them. */
const LEAST_MS = 200;

const leaseChanged = defineSignal(LEASE_CHANGED);

/**
 * Waits until a lease ends, and takes its locks off that are still its own. Gives how many those were. No cell waits for
 * another one; where one does not answer, a worker starts this run again once the lease is overdue there.
 */
export async function serverLease(request: Request): Promise<{ unlocked: number }> {
  const ending = new Map<string, Promise<void>>();
  let isWoken = false;
  let unlocked = 0;
  setHandler(leaseChanged, () => {
    isWoken = true;
  });
  const end = async (cell: string): Promise<void> => {
    await endIn(request, cell, (changed) => {
      unlocked += changed;
    });
    ending.delete(cell);
    isWoken = true;
  };
  try {
    for (;;) {
      isWoken = false;
      const { due, waitMs } = await steps.lookAtLease(request);
      if (waitMs === null && due.length + ending.size === 0) return { unlocked };
      for (const cell of due) if (!ending.has(cell)) ending.set(cell, later(end(cell)));
      // Each cell that is being ended wakes the run when it is done.
      await condition(() => isWoken, Math.max(LEAST_MS, waitMs ?? REFUSED_MS));
    }
  } finally {
    await CancellationScope.nonCancellable(() => Promise.allSettled(ending.values()));
  }
}

async function endIn(request: Request, cell: string, count: (changed: number) => void): Promise<void> {
  try {
    await changeAll({
      cell,
      change: (batch) => steps.endLocks({ ...request, ...batch }),
      announce: (batch) => briefLockSteps.announceEnded({ ...request, ...batch }),
      count: ({ changed }) => count(changed),
    });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    await sleep(REFUSED_MS);
  }
}
