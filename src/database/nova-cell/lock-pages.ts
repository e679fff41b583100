import type { EntityManager } from '@mikro-orm/postgresql';
import type { LockedBy } from '../../rules/compute/instance-lock.ts';
import { hasTable } from '../has-table.ts';
import { isoMicros } from '../naive-times.ts';
import { ACCOUNT, LOCKED_REASON } from './lock-sql.ts';

/**
 * The lock of a server with the newest lock or unlock that Nova has noted, and what keyward has put on (null: nothing). Times
 * are ISO 8601 in UTC with microseconds. `runState` is that of the request in keyward's ledger.
 */
export type LockPageRow = {
  id: number;
  uuid: string;
  name: string | null;
  isLocked: boolean;
  lockedBy: LockedBy | null;
  reason: string | null;
  action: {
    action: 'lock' | 'unlock';
    requestId: string | null;
    userId: string | null;
    projectId: string | null;
    startTime: string | null;
  } | null;
  intent: {
    requestId: string;
    lockedBy: LockedBy;
    reason: string | null;
    by: string;
    since: string;
    until: string | null;
    isOver: boolean;
    runState: 'accepted' | 'applied' | 'withdrawn' | null;
  } | null;
};

const ACTION = `select json_build_object('action', a.action, 'requestId', a.request_id, 'userId', a.user_id,
    'projectId', a.project_id, 'startTime', ${isoMicros('a.start_time')})
  from instance_actions a where a.instance_uuid = i.uuid and a.action in ('lock', 'unlock')
  order by a.id desc limit 1`;

const INTENT = `select json_build_object('requestId', l.request_id, 'lockedBy', l.locked_by, 'reason', l.reason,
    'by', ${ACCOUNT}, 'since', ${isoMicros("l.locked_at at time zone 'UTC'")},
    'until', ${isoMicros("l.until at time zone 'UTC'")}, 'isOver', coalesce(l.until < clock_timestamp(), false),
    'runState', (select state from keyward.request r where r.id = l.request_id))
  from keyward.server_lock l where l.instance_uuid = i.uuid`;

const rowsOf = (intent: string): string => `select i.id, i.uuid, i.display_name as name,
    coalesce(i.locked, false) as "isLocked", i.locked_by as "lockedBy",
    (${LOCKED_REASON}) as reason,
    (${ACTION}) as action, (${intent}) as intent
  from instances i where i.deleted = 0`;

/** Reads servers of a cell behind a row's number that are locked, or that keyward has locked. */
export async function readLocks(
  em: EntityManager,
  { after, size }: { after: number; size: number },
): Promise<LockPageRow[]> {
  const isOurs = await hasTable(em, 'keyward.server_lock');
  const ours = isOurs ? 'or exists (select from keyward.server_lock l where l.instance_uuid = i.uuid)' : '';
  return em.execute<LockPageRow[]>(
    `${rowsOf(isOurs ? INTENT : 'null::json')} and (i.locked or i.locked_by is not null ${ours}) and i.id > ?
     order by i.id limit ?`,
    [after, size],
  );
}

/** Reads the lock of one server, whether it has one or not; null where the cell has no such server. */
export async function readLock(em: EntityManager, uuid: string): Promise<LockPageRow | null> {
  const isOurs = await hasTable(em, 'keyward.server_lock');
  const [row] = await em.execute<LockPageRow[]>(`${rowsOf(isOurs ? INTENT : 'null::json')} and i.uuid = ?`, [
    uuid,
  ]);
  return row ?? null;
}
