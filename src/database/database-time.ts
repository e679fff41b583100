import { type RawQueryFragment, raw } from '@mikro-orm/core';

/**
 * The time of the database, in UTC, for a column of a row. Rows of several writers are compared by such times, and the
 * clocks of two hosts differ: no process may give its own.
 */
export const databaseNow = (): RawQueryFragment<any> => raw("clock_timestamp() at time zone 'UTC'");

/** In SQL: the instant of so many microseconds since the epoch, as Keystone's integer columns hold them. */
export const instantOf = (micros: string): string =>
  `timestamp 'epoch' + ${micros} * interval '1 microsecond'`;
