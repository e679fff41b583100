import { proxyActivities } from '@temporalio/workflow';
import type { IdentityActivities } from '../activities/identity.ts';
import type { BootstrapReport, BootstrapRequest } from '../rules/bootstrap-request.ts';

/** About half a minute of attempts: enough for a PostgreSQL restart; after that a repeat of the command goes on. */
const { planBootstrap, applyBootstrap } = proxyActivities<IdentityActivities>({
  startToCloseTimeout: '15s',
  retry: { initialInterval: '500ms', maximumInterval: '4s', maximumAttempts: 10 },
});

/** Plans, and applies if there is something to change. Both activities may run more than once. */
export async function bootstrap(request: BootstrapRequest): Promise<BootstrapReport> {
  const planned = await planBootstrap(request);
  return planned.changes.length === 0 ? planned : applyBootstrap(request);
}
