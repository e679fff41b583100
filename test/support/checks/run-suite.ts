import { randomUUID } from 'node:crypto';
import { createUpgradeCheckActivities } from '../../../src/activities/upgrade-check.ts';
import type { CheckParts } from '../../../src/checks/run-check.ts';
import type { Asked } from '../../../src/rules/run-request.ts';
import {
  type CheckOutcome,
  stepsOf,
  type SuiteRequest,
  type UpgradeCheckRequest,
} from '../../../src/rules/upgrade-check.ts';

const target = 'feedfacecafe';

/** Runs a suite, or one check of it, by its activities as the workflow does, and gives the outcomes in their order. */
export async function runChecks(
  parts: CheckParts,
  suite: Omit<SuiteRequest, 'target'>,
  only?: string,
): Promise<CheckOutcome[]> {
  const request: Asked<UpgradeCheckRequest> = {
    workflow: 'upgradeCheck',
    askedAt: '2026-01-31T10:00:00Z',
    target,
    requestId: randomUUID(),
    hostname: 'here',
    suites: [{ ...suite, target }],
  };
  const [step] = stepsOf(request);
  const activities = createUpgradeCheckActivities(parts);
  const checks = await activities.listChecks(step!);
  const wanted = checks.filter(({ id }) => only === undefined || id === only);
  return Promise.all(wanted.map(({ id }) => activities.runCheck({ ...step!, id })));
}
