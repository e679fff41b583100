import type { Locking } from '../lock-request.ts';
import type { Server } from '../server.ts';
import type { Announcement, Initiator } from './announcement.ts';
import { instanceAction } from './instance-action.ts';

/**
 * Tells that a server was locked or unlocked (`instance.lock`, `instance.unlock`; NOTE: nova/compute/api.py, lock). Its lock
 * is told as this change has made it, whatever has become of it since.
 */
export const instanceLock = (locking: Locking, server: Server, by: Initiator): Announcement =>
  instanceAction(
    locking.kind,
    {
      ...server,
      isLocked: locking.kind === 'lock',
      lockedReason: locking.kind === 'lock' ? locking.reason : null,
    },
    by,
    { source: 'nova-api', lists: 'nothing' },
  );
