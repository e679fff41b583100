import { naiveTime } from '../../naive-time.ts';

/**
 * Writes an instant (microseconds since the epoch) as Python prints a naive time in UTC, as notifications have it:
 * `2026-11-21 00:33:09.667659`. Python leaves out a fraction that is zero.
 */
export const pythonTime = (micros: number): string =>
  naiveTime(micros)
    .replace('T', ' ')
    .replace(/\.000000$/, '');
