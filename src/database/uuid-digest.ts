import type { Digest } from '../rules/compute/instance-places.ts';

/** How a part of all uuids is named: by their first characters, of which two make 256 parts. */
export const partOf = (column: string): string => `left(${column}, 2)`;

/**
 * The columns of a digest over uuids, for a statement that groups by `part`. The sum is the same on every server,
 * whatever its version and collation: SHA-256 is, and PostgreSQL's own hashes need not be.
 */
export const digestColumns = (column: string): string =>
  `${partOf(column)} as part, count(*)::int as count,
   sum(('x' || left(encode(sha256(convert_to(${column}, 'UTF8')), 'hex'), 15))::bit(60)::bigint)::text as sum`;

export type DigestRow = { part: string; count: number; sum: string };

export const digestOf = (rows: DigestRow[]): Digest =>
  new Map(rows.map(({ part, count, sum }) => [part, { count, sum }]));
