/** Writes a naive time in UTC as ISO 8601 with its microseconds, as Nova's API does of actions; it sorts as text does. */
export const isoMicros = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US')`;

/** Gives a naive time in UTC as microseconds since the epoch: a number, where the driver would give a bigint as a text. */
export const epochMicros = (column: string): string => `(extract(epoch from ${column}) * 1000000)::float8`;
