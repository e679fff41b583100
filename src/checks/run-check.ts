import type { ServiceApis } from '../rules/compute/service-apis.ts';
import { RuleError } from '../rules/errors.ts';
import type { PolicyFiles } from '../rules/policy.ts';
import {
  type CheckOutcome,
  type CheckResult,
  type Need,
  type SuiteRequest,
  remedyIn,
} from '../rules/upgrade-check.ts';
import {
  type Cells,
  type Check,
  type CheckContext,
  type CheckedConfig,
  failure,
  type ReadOnlyDatabase,
} from './define-check.ts';

type Paths = Pick<SuiteRequest, 'configFiles' | 'configDirs'>;

/**
 * A check reaches the outside world through these parts; each is used only for a check that needs it. Only Nova has
 * cells, and services that it asks.
 */
export type CheckParts = {
  database: { read<T>(use: (database: ReadOnlyDatabase) => Promise<T>): Promise<T> };
  policyFiles(project: string, configuration: Paths & Pick<SuiteRequest, 'policy'>): PolicyFiles;
  cells?: Cells;
  config?: (configuration: Paths) => CheckedConfig;
  apis?: (configuration: Paths) => ServiceApis;
};

/** Runs one check. What an operator can mend (a RuleError) is a Failure of this check; a bug is thrown. */
export async function runCheck(
  check: Check,
  parts: CheckParts,
  request: SuiteRequest,
): Promise<CheckOutcome> {
  const { code, details, remedy } = await resultOf(check, parts, request).catch(notCheckable);
  return {
    id: check.id,
    title: check.title,
    code,
    details,
    remedy: remedy && remedyIn(remedy, request),
  };
}

async function resultOf(check: Check, parts: CheckParts, request: SuiteRequest): Promise<CheckResult> {
  const opened = check.needs
    .filter((need) => need !== 'database')
    .map((need) => [need, OPENED[need](parts, request)] as const);
  for (const [need, part] of opened)
    if (!part)
      throw new Error(`The suite ${request.suite} has no ${need}, which the check ${check.id} needs.`);
  const given = Object.fromEntries(opened);
  const run = (context: object): Promise<CheckResult> => check.run(context as CheckContext);
  return check.needs.includes('database')
    ? parts.database.read((database) => run({ ...given, database }))
    : run(given);
}

const OPENED: {
  [N in Exclude<Need, 'database'>]: (parts: CheckParts, request: SuiteRequest) => CheckContext[N] | undefined;
} = {
  files: ({ policyFiles }, request) => policyFiles(request.suite, request),
  cells: ({ cells }) => cells,
  config: ({ config }, request) => config?.(request),
  apis: ({ apis }, request) => apis?.(request),
};

function notCheckable(error: unknown): CheckResult {
  if (!(error instanceof RuleError)) throw error;
  const { name, message, cure } = error;
  if (name !== 'SchemaMissing') return failure(`This could not be checked. ${message}`, cure);
  const [, command] = /`(keyward [^`]+)`/.exec(cure) ?? [];
  return failure(`The database is not synced. ${message}`, command ?? cure);
}
