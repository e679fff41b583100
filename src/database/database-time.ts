import { type RawQueryFragment, raw } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { epochMicros } from './naive-times.ts';

/**
 * The time of the database, in UTC, for a column of a row. Rows of several writers are compared by such times, and the
 * clocks of two hosts differ: no process may give its own.
 */
export const databaseNow = (): RawQueryFragment<any> => raw(DATABASE_NOW);

/** The same, for a statement. */
export const DATABASE_NOW = "clock_timestamp() at time zone 'UTC'";

/** The SQL for an instant, from the microseconds since the epoch that Keystone's integer columns hold. */
export const instantOf = (micros: string): string =>
  `timestamp 'epoch' + ${micros} * interval '1 microsecond'`;

/** Reads the time of the database, in microseconds since the epoch. */
export async function nowMicros(em: EntityManager): Promise<number> {
  const [row] = await em.execute<[{ now: number }]>(`select ${epochMicros('clock_timestamp()')} as now`);
  return Math.round(row.now);
}
