import { RuleError } from '../rules/errors.ts';
import type { PolicyFiles } from '../rules/policy.ts';
import {
  CheckCode,
  type CheckOutcome,
  type CheckResult,
  type Need,
  type UpgradeCheckRequest,
} from '../rules/upgrade-check.ts';
import { withConfiguration } from '../rules/remedy.ts';
import type { Check, CheckContext, ReadOnlyDatabase } from './define-check.ts';

/** A check reaches the outside world through these parts; each is used only for a check that needs it. */
export type CheckParts = {
  database: { read<T>(use: (database: ReadOnlyDatabase) => Promise<T>): Promise<T> };
  policyFiles(
    project: string,
    configuration: Pick<UpgradeCheckRequest, 'configFiles' | 'configDirs' | 'policy'>,
  ): PolicyFiles;
};

/** Runs one check. What an operator can mend (a RuleError) is a Failure of this check; a bug is thrown. */
export async function runCheck(
  check: Check,
  parts: CheckParts,
  request: UpgradeCheckRequest,
): Promise<CheckOutcome> {
  const { code, details, remedy } = await resultOf(check, parts, request).catch(notCheckable);
  return {
    id: check.id,
    title: check.title,
    code,
    details,
    remedy: remedy && withConfiguration(remedy, request),
  };
}

function resultOf(
  check: Check,
  { database, policyFiles }: CheckParts,
  request: UpgradeCheckRequest,
): Promise<CheckResult> {
  const needs = (part: Need): boolean => check.needs.includes(part);
  const run = (context: Partial<CheckContext>) => check.run(context as CheckContext);
  const files = needs('files') ? { files: policyFiles(request.suite, request) } : {};
  return needs('database') ? database.read((readOnly) => run({ ...files, database: readOnly })) : run(files);
}

function notCheckable(error: unknown): CheckResult {
  if (!(error instanceof RuleError)) throw error;
  const { name, message, cure } = error;
  if (name === 'SchemaMissing') {
    return {
      code: CheckCode.failure,
      details: `The database is not synced. ${message}`,
      remedy: 'keyward db sync',
    };
  }
  return { code: CheckCode.failure, details: `This could not be checked. ${message}`, remedy: cure };
}
