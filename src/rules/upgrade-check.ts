import type { PolicyOptions } from './policy.ts';
import type { RunInput } from './run-request.ts';
import type { Configuration } from './settings.ts';
import { runId } from './target.ts';

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

const OF_THE_HOST = ['files', 'config', 'apis'] as const;

/**
 * Tells whether a check must run on the host whose operator asks, since it reads that host's files. Only `includes` is
 * asked of `needs`: in runs of an older build it is a single word.
 */
export const readsHost = (needs: readonly Need[]): boolean =>
  OF_THE_HOST.some((need) => needs.includes(need));

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

/** The workflow's input: paths, never contents, since files are read on the host that `hostname` names. */
export type UpgradeCheckRequest = RunInput &
  Configuration & {
    suite: string;
    hostname: string;
    policy: PolicyOptions;
  };

export const upgradeCheckWorkflowId = ({ target, requestId }: RunInput): string =>
  runId(target, 'status-upgrade-check', requestId);
