import type { PolicyOptions } from './policy.ts';
import { cureWithConfiguration, withConfiguration } from './remedy.ts';
import type { RunInput } from './run-request.ts';
import type { ServiceName } from './service.ts';
import type { Configuration } from './settings.ts';
import { runId, type Target } from './target.ts';

/** These are oslo.upgradecheck's codes; a suite's worst one is the exit code (`oslo_upgradecheck/upgradecheck.py`). */
export const CheckCode = { success: 0, warning: 1, failure: 2 } as const;
export type CheckCode = (typeof CheckCode)[keyof typeof CheckCode];

/** What a check found. `remedy` is a command, or an edit by file, section and key; null when there is nothing to do. */
export type CheckResult = { code: CheckCode; details: string | null; remedy: string | null };

/**
 * What a check may need: the database that its suite is about, Nova's cells, or what is on the host whose operator asks:
 * policy files, options of the service's configuration, and the credentials in it, by which other services are asked.
 */
export type Need = 'database' | 'cells' | 'files' | 'config' | 'apis';

const OF_HOST = ['files', 'config', 'apis'] as const;

/**
 * Tells whether a check must run on the host whose operator asks, since it reads that host's files. NOTE: an older
 * keyward's list of checks, which a run may hold, has a single word for what is an array here.
 */
export const readsHost = (needs: readonly Need[]): boolean => OF_HOST.some((need) => needs.includes(need));

/** What every check file states about itself. `order` is upstream's order in the table; `needs` says where it can run. */
export type CheckDescription = {
  id: string;
  order: number;
  title: string;
  needs: Need[];
  remedy: string;
};

/** A check's line in the report. */
export type CheckOutcome = CheckResult & { id: string; title: string };

/** The same, in a report that may be of several suites. */
export type SuiteOutcome = CheckOutcome & { suite: Suite };

/**
 * The suites, each with the service whose databases and files its checks are about. A suite has the name by which oslo
 * knows the project, since its policy files are looked for by that.
 */
export const suites = { keystone: 'identity', nova: 'compute' } as const satisfies Record<
  string,
  ServiceName
>;
export type Suite = keyof typeof suites;
export const suiteNames = Object.keys(suites) as Suite[];

/** What a suite's checks are about: paths, never contents, since files are read on the host that asked. */
export type SuiteRequest = Configuration & { suite: Suite; target: Target; policy: PolicyOptions };

/** The workflow's input. The run belongs to the first suite's target; `hostname` is whose files are read. */
export type UpgradeCheckRequest = RunInput & { hostname: string; suites: SuiteRequest[] };

/** What a step is given: the request, with the suite that the step is about. */
export type SuiteStep = UpgradeCheckRequest & SuiteRequest;

/** Gives a step's input for each suite. A request of an older keyward is itself about one. */
export const stepsOf = <T extends UpgradeCheckRequest>(request: T): (T & SuiteRequest)[] =>
  ((request as { suites?: SuiteRequest[] }).suites ?? [request as T & SuiteRequest]).map((suite) => ({
    ...request,
    ...suite,
  }));

/** Gives the commands of keyward that a remedy is, or names, the suite's own configuration. */
export function remedyIn(remedy: string, { suite, ...configuration }: SuiteRequest): string {
  const configurations = { [suites[suite]]: configuration };
  return cureWithConfiguration(withConfiguration(remedy, configurations), configurations);
}

export const upgradeCheckWorkflowId = ({ target, requestId }: RunInput): string =>
  runId(target, 'status-upgrade-check', requestId);
