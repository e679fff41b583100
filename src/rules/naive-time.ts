/** Writes microseconds since the epoch as ISO 8601 in UTC with microseconds and no zone, as Nova's API does of actions. */
export function naiveTime(micros: number): string;
export function naiveTime(micros: number | null): string | null;
export function naiveTime(micros: number | null): string | null {
  if (micros === null) return null;
  const seconds = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
  return `${seconds}.${String(micros % 1_000_000).padStart(6, '0')}`;
}

/** The same of a time that ISO 8601 gives in any zone, or in UTC where it names none; null where it is no time. */
export function naiveTimeOf(text: string): string | null {
  const [, day, time, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:?\d\d)?$/i.exec(
      text.trim(),
    ) ?? [];
  if (day === undefined) return null;
  const ms = Date.parse(`${day}T${time ?? '00:00:00'}${colon(zone.toUpperCase())}`);
  // JavaScript takes the 31st of February for a day in March.
  if (Number.isNaN(ms) || !isDay(day)) return null;
  return `${new Date(ms).toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}`;
}

const colon = (zone: string): string => zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');

const isDay = (day: string): boolean =>
  !Number.isNaN(Date.parse(day)) && new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) === day;
