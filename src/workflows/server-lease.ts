import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { LockActivities } from '../activities/locks.ts';
import type { LeaseRequest } from '../rules/compute/lock-request.ts';
import { LEASE_CHANGED } from '../rules/compute/lock-request.ts';
import type { Asked } from '../rules/run-request.ts';
import { changeAll } from './lock-batches.ts';
import { backoff, patient } from './server-steps.ts';

/** Who waits for the end of a lease has nothing else to do: an outage may last. */
const steps = proxyActivities<LockActivities>({
  ...patient,
  startToCloseTimeout: '60s',
  retry: { ...backoff, maximumInterval: '5 minutes' },
});

/** A cell that does not answer is asked again after this time; other cells' locks end meanwhile. */
const UNSEEN_MS = 10 * 60_000;
/** The databases' clocks decide, and a timer may be early by them. */
const LEAST_MS = 200;

const leaseChanged = defineSignal(LEASE_CHANGED);

/** Waits until a lease ends, and takes its locks off that are still its own. Gives how many those were. */
export async function serverLease(request: Asked<LeaseRequest>): Promise<{ unlocked: number }> {
  let isWoken = false;
  let unlocked = 0;
  setHandler(leaseChanged, () => {
    isWoken = true;
  });
  for (;;) {
    isWoken = false;
    const { due, waitMs, unseen } = await steps.lookAtLease(request);
    if (waitMs === null && unseen.length === 0) return { unlocked };
    await Promise.all(
      due.map((cell) =>
        changeAll({
          cell,
          change: (batch) => steps.endLocks({ ...request, ...batch }),
          announce: (batch) => steps.announceEnded({ ...request, ...batch }),
          count: ({ changed }) => {
            unlocked += changed;
          },
        }),
      ),
    );
    const ms = Math.min(
      due.length > 0 ? LEAST_MS : (waitMs ?? UNSEEN_MS),
      unseen.length > 0 ? UNSEEN_MS : Infinity,
    );
    await condition(() => isWoken, Math.max(ms, LEAST_MS));
  }
}
