import type { EntityManager } from '@mikro-orm/postgresql';
import type { Caller } from '../../rules/compute/caller.ts';
import type { LockedBy } from '../../rules/compute/instance-lock.ts';
import type { Lease } from '../../rules/compute/lock-request.ts';
import type { Requester } from '../../rules/requester.ts';
import { hasTable } from '../has-table.ts';
import { isoMicros } from '../naive-times.ts';
import { IS_GIVEN, UUIDS } from './lock-sql.ts';

const TABLE = 'keyward.server_lock';

/** What is kept of a lock by keyward itself, since Nova can lose it. */
export type NewIntent = {
  requestId: string;
  reason: string | null;
  lockedBy: LockedBy;
  caller: Caller;
  requester: Requester;
  lease: Lease | null;
};

/**
 * A lock as keyward put it on. Times are ISO 8601 in UTC with microseconds, and no zone at their end. `isNewest`: Nova has
 * noted no other lock or unlock of this server since.
 */
export type Intent = Omit<NewIntent, 'lease'> & {
  instanceUuid: string;
  since: string;
  until: string | null;
  leaseId: string | null;
  isNewest: boolean;
};

/** Whether nothing of Nova's is newer. Its rows are told apart by their numbers: its hosts' clocks differ. */
const IS_NEWEST = `(select a.request_id = 'req-' || l.request_id from instance_actions a
    where a.instance_uuid = l.instance_uuid and a.action in ('lock', 'unlock') order by a.id desc limit 1) is true`;

const INTENT = `select l.instance_uuid as "instanceUuid", l.request_id as "requestId", l.reason,
    l.locked_by as "lockedBy", l.user_id as "userId", l.project_id as "projectId",
    l.requester_user as "user", l.requester_sudo_user as "sudoUser", l.requester_host as "host",
    ${isoMicros("l.locked_at at time zone 'UTC'")} as since, ${isoMicros("l.until at time zone 'UTC'")} as until,
    l.lease_id as "leaseId", ${IS_NEWEST} as "isNewest"
  from ${TABLE} l`;

type Row = Omit<Intent, 'caller' | 'requester'> & Caller & Requester;

const intentOf = ({ userId, projectId, user, sudoUser, host, ...rest }: Row): Intent => ({
  ...rest,
  caller: { userId, projectId },
  requester: { user, sudoUser, host },
});

/** Reads what keyward has put on these servers; the caller has locked their rows, if that is to stay so. */
export async function intentsOf(em: EntityManager, uuids: string[]): Promise<Map<string, Intent>> {
  const rows = await em.execute<Row[]>(`${INTENT} where l.instance_uuid ${IS_GIVEN}`, [
    JSON.stringify(uuids),
  ]);
  return new Map(rows.map((row) => [row.instanceUuid, intentOf(row)]));
}

/** Keeps what is put on these servers, in place of what was there. */
export async function putIntents(
  em: EntityManager,
  uuids: string[],
  { requestId, reason, lockedBy, caller, requester, lease }: NewIntent,
): Promise<void> {
  const until = lease?.until ?? null;
  await em.execute(
    `insert into keyward.server_lock (instance_uuid, request_id, reason, locked_by, user_id, project_id, requester_user,
       requester_sudo_user, requester_host, lease_id, until)
     select uuid, ?, ?, ?, ?, ?, ?, ?, ?, ?,
       coalesce(?::timestamptz, clock_timestamp() + make_interval(secs => ?::float8))
     from (${UUIDS}) as given (uuid)
     on conflict (instance_uuid) do update set request_id = excluded.request_id, reason = excluded.reason,
       locked_by = excluded.locked_by, user_id = excluded.user_id, project_id = excluded.project_id,
       requester_user = excluded.requester_user, requester_sudo_user = excluded.requester_sudo_user,
       requester_host = excluded.requester_host, locked_at = excluded.locked_at, lease_id = excluded.lease_id,
       until = excluded.until`,
    [
      requestId,
      reason,
      lockedBy,
      caller.userId,
      caller.projectId,
      requester.user,
      requester.sudoUser,
      requester.host,
      lease?.id ?? null,
      until && 'at' in until ? until.at : null,
      until && 'seconds' in until ? until.seconds : null,
      JSON.stringify(uuids),
    ],
  );
}

/** Forgets what was put on these servers. */
export async function dropIntents(em: EntityManager, uuids: string[]): Promise<void> {
  await em.execute(`delete from keyward.server_lock where instance_uuid ${IS_GIVEN}`, [
    JSON.stringify(uuids),
  ]);
}

/** Ends the leases of locks that stay, since they are no longer keyward's to take off. */
export async function endLeases(em: EntityManager, uuids: string[]): Promise<void> {
  await em.execute(
    `update keyward.server_lock set lease_id = null, until = null where instance_uuid ${IS_GIVEN}`,
    [JSON.stringify(uuids)],
  );
}

/** In how many milliseconds the lease ends for some server of this cell, 0 or less: now; null where it has none here. */
export async function leaseEndsIn(em: EntityManager, leaseId: string): Promise<number | null> {
  if (!(await hasTable(em, TABLE))) return null;
  const [row] = await em.execute<[{ ms: number | null }]>(
    `select (extract(epoch from min(until) - clock_timestamp()) * 1000)::float8 as ms
     from ${TABLE} where lease_id = ?`,
    [leaseId],
  );
  return row.ms;
}

/** Lists the leases of this cell that have ended so many seconds ago; null: all that there are. */
export async function listLeases(em: EntityManager, endedSeconds: number | null): Promise<string[]> {
  if (!(await hasTable(em, TABLE))) return [];
  const rows = await em.execute<{ id: string }[]>(
    `select distinct lease_id as id from ${TABLE} where lease_id is not null
       and (?::float8 is null or until < clock_timestamp() - make_interval(secs => ?::float8))`,
    [endedSeconds, endedSeconds],
  );
  return rows.map(({ id }) => id);
}

/** Lists the leases that end locks which a request has put on. */
export async function leasesOf(em: EntityManager, requestId: string): Promise<string[]> {
  const rows = await em.execute<{ id: string }[]>(
    `select distinct lease_id as id from ${TABLE} where request_id = ? and lease_id is not null`,
    [requestId],
  );
  return rows.map(({ id }) => id);
}

/** Forgets locks of servers that are gone, unless somebody else just works on them: nothing is left to unlock. */
export async function forgetGone(em: EntityManager): Promise<void> {
  await em.execute(
    `with gone as (select instance_uuid from keyward.server_lock l
       where not exists (select from instances i where i.uuid = l.instance_uuid and i.deleted = 0)
       for update skip locked)
     delete from keyward.server_lock where instance_uuid in (select instance_uuid from gone)`,
  );
}
