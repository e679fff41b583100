import { proxyActivities } from '@temporalio/workflow';
import type { IdentityActivities } from '../activities/identity.ts';
import type { BootstrapReport, BootstrapRequest } from '../rules/identity/bootstrap/request.ts';
import type { Asked } from '../rules/run-request.ts';

/** A cancelled run waits for its present step: one that said it is over while a step may still commit would lie. */
const options = {
  startToCloseTimeout: '15s',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
} as const;
const backoff = { initialInterval: '500ms', maximumInterval: '4s' } as const;

/** Five attempts: enough for a PostgreSQL restart, and not too long to be told of a wrong address. */
const { planBootstrap } = proxyActivities<IdentityActivities>({
  ...options,
  retry: { ...backoff, maximumAttempts: 5 },
});
/** Ten attempts: the database was there a moment ago. */
const { applyBootstrap } = proxyActivities<IdentityActivities>({
  ...options,
  retry: { ...backoff, maximumAttempts: 10 },
});

/** Records the request and plans, and applies if there is something to change. Both steps may run more than once. */
export async function bootstrap(request: Asked<BootstrapRequest>): Promise<BootstrapReport> {
  const planned = await planBootstrap(request);
  return planned.changes.length === 0 ? planned : applyBootstrap(request);
}
