import type { EntityManager } from '@mikro-orm/postgresql';
import { instantOf } from '../../../database/database-time.ts';
import { currentPassword, EXPIRES } from '../../../database/keystone/current-password.ts';
import { RuleError } from '../../../rules/errors.ts';

/** How many old passwords Keystone keeps where `[security_compliance] unique_last_password_count` is unset. */
const KEPT = 1;
const NEWEST_FIRST = 'order by created_at_int desc, id desc';
const OWN = 'local_user_id = (select id from local_user where user_id = ?)';

/**
 * Gives a local user a new password: the newest of the old ones expires and is kept, older ones go, as in
 * `keystone/identity/backends/sql_model.py`. The hash is the caller's: it takes long, and no lock should wait for it.
 * The user's row must be locked, so that two who write see each other's passwords.
 *
 * Keystone takes the newest password, so this one is made newer than every other, by the database's clock: one that a
 * host with a fast clock has written may lie in the future.
 */
export async function writePassword(em: EntityManager, userId: string, passwordHash: string): Promise<void> {
  await em.execute(
    `delete from password where ${OWN} and id not in
       (select id from password where ${OWN} ${NEWEST_FIRST} limit ${KEPT})`,
    [userId, userId],
  );
  await em.execute(
    `with moment as (
       select l.id as local_user_id, greatest(round(extract(epoch from clock_timestamp()) * 1000000)::bigint,
         max(p.created_at_int) + 1) as micros
       from local_user l left join password p on p.local_user_id = l.id where l.user_id = ? group by l.id)
     insert into password (local_user_id, self_service, password_hash, created_at_int, created_at)
     select local_user_id, false, ?, micros, ${instantOf('micros')} from moment`,
    [userId, passwordHash],
  );
  await em.execute(
    `update password set expires_at_int = fresh.created_at_int, expires_at = fresh.created_at
     from (select id as newest, created_at_int, created_at from password where ${OWN} ${NEWEST_FIRST} limit 1) fresh
     where ${OWN} and id <> newest and not coalesce(${EXPIRES} <= fresh.created_at, false)`,
    [userId, userId],
  );
  await assertLetsIn(em, userId, passwordHash);
}

/** Refuses, so that everything rolls back, where Keystone would not let the user in by this very row. */
async function assertLetsIn(em: EntityManager, userId: string, passwordHash: string): Promise<void> {
  const current = await currentPassword(em, userId);
  const isTaken = current?.hash === passwordHash;
  if (isTaken && !current.hasExpired) return;
  const hindrance = isTaken ? 'it has expired already' : await whyNotTaken(em, userId, passwordHash);
  throw new RuleError('PasswordNotKept', `The new password would let nobody in: ${hindrance}.`, {
    cure: 'Look for triggers and rules on the table password of the identity database, which change what is written.',
    outcome: 'unchanged',
  });
}

async function whyNotTaken(em: EntityManager, userId: string, passwordHash: string): Promise<string> {
  const kept = `select 1 from password where ${OWN} and password_hash = ?`;
  const [row] = await em.execute<object[]>(kept, [userId, passwordHash]);
  return row ? 'Keystone takes another one, which counts as newer' : 'the database has not kept it';
}
