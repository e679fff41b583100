import type { CheckParts } from '../../../src/checks/run-check.ts';
import { readKeystoneConfig } from '../../../src/config/keystone-options.ts';
import { openPolicyFiles } from '../../../src/config/policy-files.ts';
import { policyOptionsOf } from '../../../src/config/policy-options.ts';
import type { CheckOutcome } from '../../../src/rules/upgrade-check.ts';
import { runChecks } from './run-suite.ts';

export const ROLES = 'identity-default-roles-immutable';
export const TRUSTS = 'identity-trust-policies-not-empty';
export const JSON_TO_YAML = 'identity-policy-file-json-to-yaml';

/** Runs the keystone suite by its activities, and gives each check's outcome by its id; it does not look into /etc. */
export async function runSuite(
  database: CheckParts['database'],
  configFile: string,
): Promise<Record<string, CheckOutcome>> {
  const paths = { configFiles: [configFile], configDirs: [], isEmbedded: false };
  const policy = policyOptionsOf(readKeystoneConfig(paths, {}));
  const outcomes = await runChecks(
    { database, policyFiles: (project, configuration) => openPolicyFiles(project, configuration, []) },
    { ...paths, suite: 'keystone', policy },
  );
  return Object.fromEntries(outcomes.map((outcome) => [outcome.id, outcome]));
}
