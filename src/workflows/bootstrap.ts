import { proxyActivities } from '@temporalio/workflow';
import type { IdentityActivities } from '../activities/identity.ts';
import type { BootstrapReport, BootstrapRequest } from '../rules/identity/bootstrap/request.ts';
import type { Asked } from '../rules/run-request.ts';

/** A cancelled run waits for its present step: if it ended while the step may still commit, its result would lie. */
const options = {
  startToCloseTimeout: '15s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
} as const;
const backoff = { initialInterval: '500ms', maximumInterval: '4s' } as const;

/** Five attempts outlast a restart of PostgreSQL, and do not keep who gave a wrong address waiting long. */
const { planBootstrap } = proxyActivities<IdentityActivities>({
  ...options,
  retry: { ...backoff, maximumAttempts: 5 },
});
/** Ten attempts are worth it here, since the database was there a moment ago. */
const { applyBootstrap } = proxyActivities<IdentityActivities>({
  ...options,
  retry: { ...backoff, maximumAttempts: 10 },
});

/** Records the request and plans, and applies if there is something to change. Both steps may run more than once. */
export async function bootstrap(request: Asked<BootstrapRequest>): Promise<BootstrapReport> {
  const planned = await planBootstrap(request);
  return planned.changes.length === 0 ? planned : applyBootstrap(request);
}
