import { randomUUID } from 'node:crypto';
import { createUpgradeCheckActivities } from '../../../src/activities/upgrade-check.ts';
import type { CheckParts } from '../../../src/checks/run-check.ts';
import { readKeystoneConfig } from '../../../src/config/keystone-options.ts';
import { openPolicyFiles } from '../../../src/config/policy-files.ts';
import { policyOptionsOf } from '../../../src/config/policy-options.ts';
import type { Asked } from '../../../src/rules/run-request.ts';
import { type CheckOutcome, stepsOf, type UpgradeCheckRequest } from '../../../src/rules/upgrade-check.ts';

export const ROLES = 'identity-default-roles-immutable';
export const TRUSTS = 'identity-trust-policies-not-empty';
export const JSON_TO_YAML = 'identity-policy-file-json-to-yaml';

/** Runs the keystone suite by its activities, and gives each check's outcome by its id; it does not look into /etc. */
export async function runSuite(
  database: CheckParts['database'],
  configFile: string,
): Promise<Record<string, CheckOutcome>> {
  const activities = createUpgradeCheckActivities({
    database,
    policyFiles: (project, configuration) => openPolicyFiles(project, configuration, []),
  });
  const paths = { configFiles: [configFile], configDirs: [], isEmbedded: false };
  const target = 'feedfacecafe';
  const policy = policyOptionsOf(readKeystoneConfig(paths, {}));
  const request: Asked<UpgradeCheckRequest> = {
    workflow: 'upgradeCheck',
    askedAt: '2026-01-31T10:00:00Z',
    target,
    requestId: randomUUID(),
    hostname: 'here',
    suites: [{ ...paths, suite: 'keystone', target, policy }],
  };
  const [step] = stepsOf(request);
  const checks = await activities.listChecks(step!);
  const outcomes = await Promise.all(checks.map(({ id }) => activities.runCheck({ ...step!, id })));
  return Object.fromEntries(outcomes.map((outcome) => [outcome.id, outcome]));
}
