import type { EntityManager } from '@mikro-orm/postgresql';
import {
  type LockedRow,
  lockRows,
  noteLockActions,
  saveLocks,
  saveUnlocks,
} from '../../database/nova-cell/instance-locks.ts';
import { dropIntents, type Intent, intentsOf, putIntents } from '../../database/nova-cell/lock-intents.ts';
import type { Caller } from '../../rules/compute/caller.ts';
import { assertMayLock, type LockedBy, roleOver } from '../../rules/compute/instance-lock.ts';
import type { Locking } from '../../rules/compute/lock-request.ts';
import { novaRequestId } from '../../rules/compute/new-server.ts';
import { RuleError } from '../../rules/errors.ts';
import type { Requester } from '../../rules/requester.ts';

/** A change of servers' locks, by one request. */
export type LockChange = { locking: Locking; requestId: string; caller: Caller; requester: Requester };

/** A server whose lock is to be changed, with what keyward had put on it. */
export type LockTarget = { row: LockedRow; intent: Intent | null };
export type Passed = {
  changed: LockTarget[];
  left: LockTarget[];
  refused: (LockTarget & { error: RuleError })[];
};

/**
 * The bulk door to changes of locks: it locks the rows of many servers, asks the rule for each, and changes the locks of all
 * that pass, with Nova's actions and what keyward keeps of them. Those that are not wanted are left as they are, and
 * those that are gone are not among the result.
 */
export async function passLocks(
  em: EntityManager,
  uuids: string[],
  change: LockChange,
  isWanted: (target: LockTarget) => boolean = () => true,
): Promise<Passed> {
  const rows = await lockRows(em, uuids);
  const intents = await intentsOf(em, uuids);
  const passed: Passed = { changed: [], left: [], refused: [] };
  for (const row of rows) {
    const target = { row, intent: intents.get(row.uuid) ?? null };
    const error = isWanted(target) ? refusalOf(row, change) : 'unwanted';
    if (error === null) passed.changed.push(target);
    else if (error === 'unwanted') passed.left.push(target);
    else passed.refused.push({ ...target, error });
  }
  const { owner = [], admin = [] } = Object.groupBy(passed.changed, ({ row }) =>
    roleOver(change.caller, row),
  );
  await applyLocks(em, owner, change, 'owner');
  await applyLocks(em, admin, change, 'admin');
  return passed;
}

async function applyLocks(
  em: EntityManager,
  targets: LockTarget[],
  change: LockChange,
  lockedBy: LockedBy,
): Promise<void> {
  if (targets.length === 0) return;
  const { locking, caller, requester } = change;
  const uuids = targets.map(({ row }) => row.uuid);
  const requestId = novaRequestId(change.requestId);
  await noteLockActions(em, locking.kind, uuids, { caller, requestId, host: requester.host });
  if (locking.kind === 'unlock') {
    await saveUnlocks(em, uuids);
    return dropIntents(em, uuids);
  }
  await saveLocks(em, uuids, { lockedBy, reason: locking.reason });
  await putIntents(em, uuids, { ...change, ...locking, lockedBy });
}

/** Writes a lock again that was lost, by the request that put it on: its action is there. The caller has locked the row. */
export const restoreLock = (em: EntityManager, { instanceUuid, lockedBy, reason }: Intent): Promise<void> =>
  saveLocks(em, [instanceUuid], { lockedBy, reason });

function refusalOf(row: LockedRow, { locking, caller }: LockChange): RuleError | null {
  try {
    assertMayLock(locking.kind, row, caller);
    return null;
  } catch (error) {
    if (error instanceof RuleError) return error;
    throw error;
  }
}
