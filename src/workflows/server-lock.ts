import type { ServerLockRequest } from '../rules/compute/lock-request.ts';
import type { ServerOutcome } from '../rules/compute/new-server.ts';
import type { Asked } from '../rules/run-request.ts';
import { firstLock, lockSteps } from './lock-steps.ts';

/** Locks or unlocks a server and tells of it. A lock that ends by itself is left to a run of its own. */
export async function serverLock(request: Asked<ServerLockRequest>): Promise<ServerOutcome> {
  const { uuid, locking } = request;
  const ended = await firstLock.changeLock(request);
  await lockSteps.announceLock(request);
  if (ended !== null) await lockSteps.wakeLease({ ...request, leaseId: ended });
  if (locking.kind === 'lock' && locking.lease !== null)
    await lockSteps.armLease({ ...request, leaseId: locking.lease.id });
  return { uuid, state: 'changed' };
}
