/**
 * Writes an instant (microseconds since the epoch) as Python prints a naive time in UTC, as notifications have it:
 * `2026-11-21 00:33:09.667659`. Python leaves out a fraction that is zero.
 */
export function pythonTime(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = micros - seconds * 1_000_000;
  const text = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, '0')}`;
}
