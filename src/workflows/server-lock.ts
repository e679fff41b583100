import { CancellationScope } from '@temporalio/workflow';
import type { ServerLockRequest } from '../rules/compute/lock-request.ts';
import type { ServerOutcome } from '../rules/compute/new-server.ts';
import type { Asked } from '../rules/run-request.ts';
import { firstLock, lockSteps } from './lock-steps.ts';

/** Locks or unlocks a server and tells of it. A lock that ends by itself is left to a run of its own. */
export async function serverLock(request: Asked<ServerLockRequest>): Promise<ServerOutcome> {
  const { uuid, locking } = request;
  const { ended, isTold } = await firstLock.changeLock(request);
  const begun = locking.kind === 'lock' ? (locking.lease?.id ?? null) : null;
  // It is done, whoever cancels the run now. None of these waits for another one: a lease must end also while
  // notifications can't be kept.
  await CancellationScope.nonCancellable(() =>
    Promise.all([
      !isTold && lockSteps.announceLock(request),
      ended !== null && lockSteps.wakeLease({ ...request, leaseId: ended }),
      begun !== null && lockSteps.armLease({ ...request, leaseId: begun }),
    ]),
  );
  return { uuid, state: 'changed' };
}
