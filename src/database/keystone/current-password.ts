import type { EntityManager } from '@mikro-orm/postgresql';
import { isTruthy } from '../../rules/identity/immutability.ts';
import { OPTION_IDS } from '../../rules/identity/option-ids.ts';
import { instantOf } from '../database-time.ts';
import { parsedJson } from '../stored-json.ts';

/** The SQL for when a password expires (null: never). The integer column counts where it has a value, as in Keystone. */
export const EXPIRES = `coalesce(${instantOf('expires_at_int')}, expires_at)`;

type Row = { hash: string | null; isPast: boolean; exemption: string | null };

/**
 * The password by which a Keystone on this database lets a local user in: the newest one, whatever has become of it
 * (`keystone/identity/backends/sql_model.py`). Null: the user has none.
 */
export async function currentPassword(
  em: EntityManager,
  userId: string,
): Promise<{ hash: string | null; hasExpired: boolean } | null> {
  const [newest] = await em.execute<Row[]>(
    `select password_hash as hash, coalesce(${EXPIRES} <= clock_timestamp() at time zone 'UTC', false) as "isPast",
       (select option_value from user_option where user_id = l.user_id and option_id = ?) as exemption
     from password join local_user l on l.id = local_user_id where l.user_id = ?
     order by created_at_int desc, password.id desc limit 1`,
    [OPTION_IDS.ignore_password_expiry, userId],
  );
  if (!newest) return null;
  const isExempt = newest.exemption !== null && isTruthy(parsedJson(newest.exemption));
  return { hash: newest.hash, hasExpired: newest.isPast && !isExempt };
}
