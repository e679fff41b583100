import type { Kysely } from 'kysely';
import type { PolicyFiles } from '../rules/policy.ts';
import { CheckCode, type CheckDescription, type CheckResult } from '../rules/upgrade-check.ts';

/** Checks read raw tables and type the few columns that they read, since they must run on the release before, too. */
// oxlint-disable-next-line typescript/no-explicit-any -- each check narrows it to its own tables
export type ReadOnlyDatabase = Kysely<any>;

/** A check is given what it `needs`. */
export type CheckContexts = {
  database: { database: ReadOnlyDatabase };
  files: { files: PolicyFiles };
};

type CheckOf<Needs extends keyof CheckContexts> = CheckDescription & {
  needs: Needs;
  run(context: CheckContexts[Needs]): Promise<CheckResult>;
};

/** One upgrade check: a file in a suite's folder, with this as its default export. */
export type Check = CheckOf<'database'> | CheckOf<'files'>;

/** Types a check by what it needs; a check that needs the database is given no files, and the other way round. */
export const defineCheck = <Needs extends keyof CheckContexts>(check: CheckOf<Needs>): CheckOf<Needs> =>
  check;

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
