import type { Kysely } from 'kysely';
import type { PolicyFiles } from '../rules/policy.ts';
import { CheckCode, type CheckDescription, type CheckResult, type Need } from '../rules/upgrade-check.ts';

/** Checks read raw tables and type the few columns that they read, since they must run on the release before, too. */
// oxlint-disable-next-line typescript/no-explicit-any -- each check narrows it to its own tables
export type ReadOnlyDatabase = Kysely<any>;

/** A check can be given these parts, each under the name by which it needs it. */
export type CheckContext = { database: ReadOnlyDatabase; files: PolicyFiles };

type CheckOf<Needed extends Need> = CheckDescription & {
  needs: Needed[];
  run(context: Pick<CheckContext, Needed>): Promise<CheckResult>;
};

/** One upgrade check: a file in a suite's folder, with this as its default export. */
export type Check = CheckOf<Need>;

/** Types a check by what it needs: it is given nothing else. */
export const defineCheck = <Needed extends Need>(check: CheckOf<Needed>): Check => check;

export const success = (details: string | null = null): CheckResult => ({
  code: CheckCode.success,
  details,
  remedy: null,
});

export const warning = (details: string, remedy: string): CheckResult => ({
  code: CheckCode.warning,
  details,
  remedy,
});

export const failure = (details: string, remedy: string): CheckResult => ({
  code: CheckCode.failure,
  details,
  remedy,
});
