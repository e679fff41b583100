import type { EntityManager } from '@mikro-orm/postgresql';
import type { Requester } from '../../rules/requester.ts';
import type { Protection } from '../../rules/compute/server-protection.ts';
import { DATABASE_NOW } from '../database-time.ts';
import { hasTable } from '../has-table.ts';
import { isoMicros } from '../naive-times.ts';
import { ACCOUNT } from './lock-sql.ts';

const TABLE = 'keyward.server_protection';

/** Sets whether Nova's API refuses to delete a server. */
export const setTerminateDisabled = (
  em: EntityManager,
  uuid: string,
  isDisabled: boolean,
): Promise<unknown> =>
  em.execute(
    `update instances set disable_terminate = ?, updated_at = ${DATABASE_NOW} where uuid = ? and deleted = 0`,
    [isDisabled, uuid],
  );

/** Keeps why and by whom a server is protected. */
export async function putProtection(
  em: EntityManager,
  uuid: string,
  { requestId, reason, requester }: { requestId: string; reason: string; requester: Requester },
): Promise<void> {
  await em.execute(
    `insert into keyward.server_protection (instance_uuid, request_id, reason, requester_user, requester_sudo_user,
       requester_host) values (?, ?, ?, ?, ?, ?)
     on conflict (instance_uuid) do update set request_id = excluded.request_id, reason = excluded.reason,
       requester_user = excluded.requester_user, requester_sudo_user = excluded.requester_sudo_user,
       requester_host = excluded.requester_host,
       protected_at = excluded.protected_at`,
    [uuid, requestId, reason, requester.user, requester.sudoUser, requester.host],
  );
}

export async function dropProtection(em: EntityManager, uuid: string): Promise<void> {
  await em.execute(`delete from keyward.server_protection where instance_uuid = ?`, [uuid]);
}

/** Reads what is kept of a server's protection; null where keyward has not set it, or its tables are not there. */
export async function findProtection(em: EntityManager, uuid: string): Promise<Protection | null> {
  if (!(await hasTable(em, TABLE))) return null;
  const [row] = await em.execute<Protection[]>(
    `select reason, ${ACCOUNT} as by, ${isoMicros("protected_at at time zone 'UTC'")} as since
     from ${TABLE} where instance_uuid = ?`,
    [uuid],
  );
  return row ?? null;
}
