import type { Announce } from '../rules/announce.ts';
import type { LeaseTimers } from '../rules/compute/lease-timers.ts';
import type { LockLeases } from '../services/compute/lock-leases.ts';
import { type Beat, startBeat } from './beat.ts';

const LOOK_EVERY_MS = 30_000;
/** A lease that ended so many seconds ago and still is a row has lost its timer, or its cell. */
const OVERDUE_SECONDS = 15;
/** So many timers are armed at once. */
const AT_ONCE = 20;

/**
 * Makes timers again that were lost with Temporal's state, or never made: those of all leases when a worker starts, and
 * later those of leases that should have ended.
 */
export function keepLeases(leases: LockLeases, timers: LeaseTimers, announce: Announce): Beat {
  let hasArmedAll = false;
  const arm = async (): Promise<void> => {
    const { ids, isWhole } = await leases.list(hasArmedAll ? OVERDUE_SECONDS : null);
    for (let from = 0; from < ids.length; from += AT_ONCE)
      await Promise.all(ids.slice(from, from + AT_ONCE).map((id) => timers.arm(id)));
    hasArmedAll ||= isWhole;
  };
  return startBeat(LOOK_EVERY_MS, arm, announce);
}
