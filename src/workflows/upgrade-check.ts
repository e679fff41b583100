import { ActivityFailure, isCancellation, proxyActivities, rootCause } from '@temporalio/workflow';
import type { UpgradeCheckActivities } from '../activities/upgrade-check.ts';
import type { Asked } from '../rules/run-request.ts';
import { hostTaskQueue, taskQueue } from '../rules/target.ts';
import {
  CheckCode,
  type CheckDescription,
  type CheckOutcome,
  readsHost,
  type UpgradeCheckRequest,
} from '../rules/upgrade-check.ts';

/** Five attempts: a worker that can't list its checks will not learn it, and whoever waits must be told. */
const { listChecks } = proxyActivities<UpgradeCheckActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 5 },
});

/** Runs every check of the suite at once, each with its own deadline; one that can't finish is a Failure of its own. */
export async function upgradeCheck(request: Asked<UpgradeCheckRequest>): Promise<CheckOutcome[]> {
  const checks = await listChecks(request);
  return Promise.all(checks.map((check) => outcomeOf(check, request)));
}

async function outcomeOf(
  check: CheckDescription,
  request: Asked<UpgradeCheckRequest>,
): Promise<CheckOutcome> {
  try {
    return await activitiesFor(check, request).runCheck({ ...request, id: check.id });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return unfinished(check, error);
  }
}

/** Sends a check of files to the host whose operator asked; any other check may run wherever a worker is. */
function activitiesFor({ id, needs }: CheckDescription, { target, hostname }: UpgradeCheckRequest) {
  return proxyActivities<UpgradeCheckActivities>({
    taskQueue: readsHost(needs) ? hostTaskQueue(target, hostname) : taskQueue(target),
    startToCloseTimeout: '15s',
    scheduleToCloseTimeout: '40s',
    retry: { maximumAttempts: 2 },
    summary: id,
  });
}

function unfinished({ id, title }: CheckDescription, error: ActivityFailure): CheckOutcome {
  return {
    id,
    title,
    code: CheckCode.failure,
    details: `The check could not be finished: ${rootCause(error) ?? error.message}`,
    remedy: 'keyward status upgrade check',
  };
}
