import type { Announce } from '../rules/announce.ts';
import type { LeaseTimers } from '../rules/compute/lease-timers.ts';
import type { LockAnnouncer } from '../services/compute/lock-announcer.ts';
import type { LockLeases } from '../services/compute/lock-leases.ts';
import { type Beat, startBeat } from './beat.ts';

const LOOK_EVERY_MS = 30_000;
/** A lease that ended so many seconds ago and still is a row has lost its timer, or its cell did not answer. */
const OVERDUE_SECONDS = 15;
/** So many timers are armed at once. */
const AT_ONCE = 20;

/**
 * Does what rows say and no run does: timers that were lost with Temporal's state, or never made, are made again, those of all
 * leases when a worker starts and later those of leases that should have ended; and locks are told of whose run was ended
 * before it did.
 */
export function keepLocks(
  leases: LockLeases,
  timers: LeaseTimers,
  announcer: LockAnnouncer,
  announce: Announce,
): Beat {
  let hasArmedAll = false;
  const arm = async (id: string): Promise<void> => {
    await timers.arm(id);
    // It may wait for a time that was right when it looked.
    if (hasArmedAll) await timers.wake(id);
  };
  const keep = async (): Promise<void> => {
    const ids = await leases.list(hasArmedAll ? OVERDUE_SECONDS : null);
    for (let from = 0; from < ids.length; from += AT_ONCE)
      await Promise.all(ids.slice(from, from + AT_ONCE).map(arm));
    hasArmedAll = true;
    await announcer.announceUntold();
  };
  return startBeat(LOOK_EVERY_MS, keep, announce);
}
