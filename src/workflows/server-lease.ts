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
import { backoff, later, patient } from './server-steps.ts';

type Request = Asked<LeaseRequest>;

/** Who waits for the end of a lease has nothing else to do: an outage may last. */
const steps = proxyActivities<LockActivities>({
  ...patient,
  startToCloseTimeout: '60s',
  retry: { ...backoff, maximumInterval: '5 minutes' },
});

/** A cell that does not answer, or in which a step was refused, is asked again after this time. */
const UNSEEN_MS = 10 * 60_000;
/** The databases' clocks decide, and a timer may be early by them. */
const LEAST_MS = 200;

const leaseChanged = defineSignal(LEASE_CHANGED);

/**
 * Waits until a lease ends, and takes its locks off that are still its own. Gives how many those were. No cell waits for
 * another one.
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
      const { due, waitMs, unseen } = await steps.lookAtLease(request);
      if (waitMs === null && due.length + unseen.length + ending.size === 0) return { unlocked };
      for (const cell of due) if (!ending.has(cell)) ending.set(cell, later(end(cell)));
      // Each cell that is being ended wakes the run when it is done.
      const ms = Math.max(LEAST_MS, waitMs ?? UNSEEN_MS);
      await condition(() => isWoken, unseen.length > 0 ? Math.min(ms, UNSEEN_MS) : ms);
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
      announce: (batch) => steps.announceEnded({ ...request, ...batch }),
      count: ({ changed }) => count(changed),
    });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    await sleep(UNSEEN_MS);
  }
}
