import type { LockPageRow } from '../../database/nova-cell/lock-pages.ts';
import { hasLock } from '../../rules/compute/instance-lock.ts';
import { driftOf } from '../../rules/compute/lock-drift.ts';
import type { LockView } from '../../rules/compute/lock-view.ts';
import { novaRequestId } from '../../rules/compute/new-server.ts';

/**
 * Shows a lock. One that was put on by a request that was withdrawn half way, or whose run has `ended` so, is an orphan, and so
 * is one whose time is over.
 */
export function lockView(row: LockPageRow, ended: Set<string> = new Set()): LockView {
  const { uuid, name, isLocked, lockedBy, reason, action, intent } = row;
  const isNewest = intent !== null && action?.requestId === novaRequestId(intent.requestId);
  const lock = action?.action === 'lock' ? action : null;
  const ours = isNewest ? intent : null;
  return {
    uuid,
    name,
    isLocked,
    lockedBy,
    reason,
    userId: lock?.userId ?? null,
    projectId: lock?.projectId ?? null,
    by: ours?.by ?? null,
    since: ours?.since ?? lock?.startTime ?? null,
    until: ours?.until ?? null,
    run: intent?.requestId ?? null,
    drift: driftOf({ isLocked, lockedBy, reason }, intent && { ...intent, isNewest }, action?.action ?? null),
    isOrphaned: ours !== null && (ours.isOver || ours.runState === 'withdrawn' || ended.has(ours.requestId)),
  };
}

/** Shows it of a server that may have none: null where there is none, and keyward has put on none. */
export function shownLock(row: LockPageRow): LockView | null {
  return hasLock(row) || row.intent !== null ? lockView(row) : null;
}
