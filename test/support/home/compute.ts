import type { TestHome } from './cli.ts';

export const SYNC = ['db', 'sync', 'compute'];
export const CHECK_NOVA = ['status', 'upgrade', 'check', '--suite', 'nova', '-f', 'json'];

/** Counts tables, which tells a whole database of Nova from a half of one. */
export const tablesIn = async (home: TestHome, database: string): Promise<number> =>
  (await home.query("select from pg_tables where schemaname = 'public'", database)).length;

type Row = { ID: string; Result: string; Details: string | null };

/** Reads a report of upgrade checks that was asked for as JSON. */
export const reported = (stdout: string): Row[] => JSON.parse(stdout) as Row[];

/** Gives each check's result by its id. */
export const resultsOf = (stdout: string): Record<string, string> =>
  Object.fromEntries(reported(stdout).map(({ ID, Result }) => [ID, Result]));
