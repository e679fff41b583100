import { ActivityFailure, isCancellation, proxyActivities, rootCause } from '@temporalio/workflow';
import type { UpgradeCheckActivities } from '../activities/upgrade-check.ts';
import type { Asked } from '../rules/run-request.ts';
import { hostTaskQueue, taskQueue } from '../rules/target.ts';
import {
  CheckCode,
  type CheckDescription,
  type CheckOutcome,
  readsHost,
  remedyIn,
  stepsOf,
  type SuiteOutcome,
  type SuiteStep,
  type UpgradeCheckRequest,
} from '../rules/upgrade-check.ts';

/** Runs every check of each suite at once, each with its own deadline; one that can't finish is a Failure of its own. */
export async function upgradeCheck(request: Asked<UpgradeCheckRequest>): Promise<SuiteOutcome[]> {
  const steps = stepsOf(request);
  const outcomes =
    steps.length === 1 ? await outcomesOf(steps[0]!) : await Promise.all(steps.map(orUnlisted));
  return outcomes.flat();
}

async function outcomesOf(
  suite: Asked<SuiteStep>,
  patience: { scheduleToCloseTimeout?: '60s' } = {},
): Promise<SuiteOutcome[]> {
  const checks = await listerFor(suite, patience).listChecks(suite);
  const outcomes = await Promise.all(checks.map((check) => outcomeOf(check, suite)));
  return outcomes.map((outcome) => ({ ...outcome, suite: suite.suite }));
}

/** Of several suites one may have no worker: it is not waited for in vain, and what the others found is told. */
async function orUnlisted(suite: Asked<SuiteStep>): Promise<SuiteOutcome[]> {
  try {
    return await outcomesOf(suite, { scheduleToCloseTimeout: '60s' });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    const checks = { id: `${suite.suite}-checks`, title: `The checks of ${suite.suite}` };
    return [{ ...unfinished(checks, suite, error), suite: suite.suite }];
  }
}

/** Five attempts: a worker that can't list its checks will not learn it, and whoever waits must be told. */
const listerFor = ({ target }: SuiteStep, patience: { scheduleToCloseTimeout?: '60s' }) =>
  proxyActivities<UpgradeCheckActivities>({
    taskQueue: taskQueue(target),
    startToCloseTimeout: '10s',
    ...patience,
    retry: { maximumAttempts: 5 },
  });

async function outcomeOf(check: CheckDescription, suite: Asked<SuiteStep>): Promise<CheckOutcome> {
  try {
    return await activitiesFor(check, suite).runCheck({ ...suite, id: check.id });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return unfinished(check, suite, error);
  }
}

/** Sends a check of this host's files to the host whose operator asked; any other check may run wherever a worker is. */
function activitiesFor({ id, needs }: CheckDescription, { target, hostname }: SuiteStep) {
  return proxyActivities<UpgradeCheckActivities>({
    taskQueue: readsHost(needs) ? hostTaskQueue(target, hostname) : taskQueue(target),
    startToCloseTimeout: '15s',
    scheduleToCloseTimeout: '40s',
    retry: { maximumAttempts: 2 },
    summary: id,
  });
}

const AGAIN = 'keyward status upgrade check';

function unfinished(
  { id, title }: Pick<CheckDescription, 'id' | 'title'>,
  suite: SuiteStep,
  error: ActivityFailure,
): CheckOutcome {
  return {
    id,
    title,
    code: CheckCode.failure,
    details: `The check could not be finished: ${rootCause(error) ?? error.message}`,
    remedy: remedyIn(
      [AGAIN, ...(suite.suite === 'keystone' ? [] : ['--suite', suite.suite])].join(' '),
      suite,
    ),
  };
}
