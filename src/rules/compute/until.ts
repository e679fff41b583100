import { UsageError } from '../errors.ts';
import { naiveTimeOf } from '../naive-time.ts';

/** When something ends: at a time (ISO 8601 in UTC), or so many seconds after it begins. */
export type Until = { at: string } | { seconds: number };

const UNITS = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 } as const;
const DURATION = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/i;
/** Ten years; what lasts longer is better left without an end. */
const LONGEST = 10 * 366 * UNITS.d;

/**
 * Reads a time in any zone (in UTC without one) or a duration such as `90m`, `2h30m` or `1w`. Refuses what is neither, what
 * is over already by the clock of this host, `now` in milliseconds since the epoch, and what is more than ten years ahead.
 */
export function parseUntil(given: string, now: number): Until {
  const text = given.trim();
  const seconds = secondsOf(text);
  if (seconds !== null) {
    if (seconds === 0) throw refused(given, 'is no time at all');
    assertNear(given, seconds);
    return { seconds };
  }
  const time = naiveTimeOf(text);
  if (time === null) throw refused(given, 'is neither a time nor a duration');
  const at = `${time}Z`;
  const ahead = (Date.parse(at) - now) / 1000;
  if (ahead <= 0) throw refused(given, `is in the past: that is ${at}`);
  assertNear(given, ahead);
  return { at };
}

function secondsOf(text: string): number | null {
  const parts = text === '' ? null : DURATION.exec(text);
  if (parts === null) return null;
  return Object.values(UNITS).reduce((sum, each, at) => sum + each * Number(parts[at + 1] ?? 0), 0);
}

function assertNear(given: string, ahead: number): void {
  if (ahead > LONGEST) throw refused(given, 'is more than ten years ahead');
}

const refused = (given: string, why: string): UsageError =>
  new UsageError(
    `--until '${given}' ${why}.`,
    'Give a time, as 2027-03-04T06:30:00Z or 2027-03-04T06:30:00+01:00, or a duration, as 90m, 8h or 2d12h.',
  );
