import type { EntityManager } from '@mikro-orm/postgresql';
import type { Caller } from '../../rules/compute/caller.ts';
import type { LockedBy, LockKind } from '../../rules/compute/instance-lock.ts';
import { DATABASE_NOW } from '../database-time.ts';
import { IS_GIVEN, LOCKED_REASON, UUIDS } from './lock-sql.ts';

/** A server that is there, with the lock that it has. `id` is its row's number in its cell. */
export type LockedRow = {
  id: number;
  uuid: string;
  name: string | null;
  projectId: string | null;
  isLocked: boolean;
  lockedBy: LockedBy | null;
  reason: string | null;
};

/** Whose action it is, and by which request: the columns of Nova's rows. */
export type ActionOf = { caller: Caller; requestId: string; host: string };

/**
 * Locks the rows of servers in the order of their numbers, so that two who lock many never wait for each other, and then
 * reads them: what another one changed meanwhile is seen. Those that are gone are left out.
 */
export async function lockRows(em: EntityManager, uuids: string[]): Promise<LockedRow[]> {
  const given = JSON.stringify(uuids);
  await em.execute(
    `select from instances where uuid ${IS_GIVEN} and deleted = 0 order by id for no key update`,
    [given],
  );
  return em.execute<LockedRow[]>(
    `select i.id, i.uuid, i.display_name as name, i.project_id as "projectId", coalesce(i.locked, false) as "isLocked",
       i.locked_by as "lockedBy", (${LOCKED_REASON}) as reason
     from instances i where i.uuid ${IS_GIVEN} and i.deleted = 0 order by i.id`,
    [given],
  );
}

/**
 * Notes, as nova-api does for each server, that its lock is changed, and that it was: NOTE: nova/compute/api.py, lock and
 * unlock. Nova leaves the action's `finish_time` empty.
 */
export async function noteLockActions(
  em: EntityManager,
  kind: LockKind,
  uuids: string[],
  { caller, requestId, host }: ActionOf,
): Promise<void> {
  await em.execute(
    `with noted as (
       insert into instance_actions (created_at, updated_at, deleted, action, instance_uuid, request_id, user_id,
         project_id, start_time)
       select ${DATABASE_NOW}, ${DATABASE_NOW}, 0, ?, uuid, ?, ?, ?, ${DATABASE_NOW}
       from (${UUIDS}) as given (uuid) returning id)
     insert into instance_actions_events (created_at, updated_at, deleted, event, action_id, start_time, finish_time,
       result, host)
     select ${DATABASE_NOW}, ${DATABASE_NOW}, 0, ?, id, ${DATABASE_NOW}, ${DATABASE_NOW}, 'Success', ? from noted`,
    [kind, requestId, caller.userId, caller.projectId, JSON.stringify(uuids), `api_${kind}`, host],
  );
}

/** Locks servers for an owner or an admin; null: without a reason, whatever they had before. */
export async function saveLocks(
  em: EntityManager,
  uuids: string[],
  { lockedBy, reason }: { lockedBy: LockedBy; reason: string | null },
): Promise<void> {
  await saveColumns(em, uuids, lockedBy);
  if (reason === null) return deleteReasons(em, uuids);
  await deleteTwins(em, uuids);
  await em.execute(
    `update instance_system_metadata set value = ?, updated_at = ${DATABASE_NOW}
     where key = 'locked_reason' and instance_uuid ${IS_GIVEN}`,
    [reason, JSON.stringify(uuids)],
  );
  await em.execute(
    `insert into instance_system_metadata (created_at, deleted, instance_uuid, key, value)
     select ${DATABASE_NOW}, 0, uuid, 'locked_reason', ? from (${UUIDS}) as given (uuid)
     where uuid not in (select m.instance_uuid from instance_system_metadata m
       where m.key = 'locked_reason' and m.instance_uuid ${IS_GIVEN})`,
    [reason, JSON.stringify(uuids), JSON.stringify(uuids)],
  );
}

/** Takes locks off, and what was said of them. */
export async function saveUnlocks(em: EntityManager, uuids: string[]): Promise<void> {
  await saveColumns(em, uuids, null);
  await deleteReasons(em, uuids);
}

/** Both columns say whether a server is locked: Nova's filters ask for the one, and its API shows the other. */
const saveColumns = (em: EntityManager, uuids: string[], lockedBy: LockedBy | null): Promise<unknown> =>
  em.execute(
    `update instances set locked = ?, locked_by = ?, updated_at = ${DATABASE_NOW}
     where uuid ${IS_GIVEN}`,
    [lockedBy !== null, lockedBy, JSON.stringify(uuids)],
  );

/** Leaves one row of a reason: no index keeps a Nova that writes at the same time from making another one. */
async function deleteTwins(em: EntityManager, uuids: string[]): Promise<void> {
  await em.execute(
    `delete from instance_system_metadata m using instance_system_metadata newer
     where m.key = 'locked_reason' and m.instance_uuid ${IS_GIVEN} and newer.key = m.key
       and newer.instance_uuid = m.instance_uuid and newer.id > m.id`,
    [JSON.stringify(uuids)],
  );
}

/** Removes the rows, as Nova does: it keeps none of system metadata. */
async function deleteReasons(em: EntityManager, uuids: string[]): Promise<void> {
  await em.execute(
    `delete from instance_system_metadata where key = 'locked_reason' and instance_uuid ${IS_GIVEN}`,
    [JSON.stringify(uuids)],
  );
}
