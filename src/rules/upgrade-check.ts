import type { PolicyOptions } from './policy.ts';
import type { RunInput } from './run-request.ts';
import type { Configuration } from './settings.ts';

/** oslo.upgradecheck's codes; the worst one of a suite is the exit code (`oslo_upgradecheck/upgradecheck.py`). */
export const CheckCode = { success: 0, warning: 1, failure: 2 } as const;
export type CheckCode = (typeof CheckCode)[keyof typeof CheckCode];

/** What a check found. `remedy` is a command, or an edit named by file, section and key; null when there is none to do. */
export type CheckResult = { code: CheckCode; details: string | null; remedy: string | null };

/** What every check file states about itself. `order` is upstream's order in the table; `needs` says where it can run. */
export type CheckDescription = {
  id: string;
  order: number;
  title: string;
  needs: 'database' | 'files';
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
