import type { LockedBy, LockKind } from './instance-lock.ts';

/** The lock of a server as its rows are. */
export type LockRows = { isLocked: boolean; lockedBy: LockedBy | null; reason: string | null };
/** What keyward has put on; `isNewest`: Nova has noted no lock or unlock since. */
export type Intended = { lockedBy: LockedBy; reason: string | null; isNewest: boolean };

/**
 * How the rows differ from what was intended. `lock lost`, `reason lost` and `role lost`: something was written over keyward's
 * rows, as Nova does by saving what it had read before. `unlock lost`: the same over an unlock. `half locked`: Nova's two columns contradict each other. `changed
 * since`: somebody has locked or unlocked the server since, which counts.
 */
export type Drift =
  'lock lost' | 'unlock lost' | 'reason lost' | 'role lost' | 'half locked' | 'changed since';

/**
 * Tells how a lock differs from what was intended; null: not at all, or keyward has put on none. `newest` is what Nova has
 * noted last of this lock.
 */
export function driftOf(rows: LockRows, intent: Intended | null, newest: LockKind | null): Drift | null {
  if (intent !== null && !intent.isNewest) return 'changed since';
  if (intent !== null && !rows.isLocked && rows.lockedBy === null) return 'lock lost';
  if (rows.isLocked !== (rows.lockedBy !== null)) return 'half locked';
  if (intent === null) return rows.isLocked && newest === 'unlock' ? 'unlock lost' : null;
  if (rows.reason !== intent.reason) return 'reason lost';
  return rows.lockedBy === intent.lockedBy ? null : 'role lost';
}
