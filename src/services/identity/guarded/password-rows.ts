import type { EntityManager } from '@mikro-orm/postgresql';
import { nowInMicros } from '../../../database/instant-type.ts';
import { LocalUser, Password } from '../../../database/keystone/user.entity.ts';

/** How many old passwords Keystone keeps where `[security_compliance] unique_last_password_count` is unset. */
const KEPT = 1;

/**
 * Gives a user a new password: the newest of the old ones expires and is kept, older ones go, as in
 * `keystone/identity/backends/sql_model.py`. The hash is the caller's: it takes long, and no lock should wait for it.
 */
export async function writePassword(em: EntityManager, userId: string, passwordHash: string): Promise<void> {
  const { id: localUserId } = await em.findOneOrFail(LocalUser, { userId });
  const now = nowInMicros();
  await em.execute(
    `delete from password where local_user_id = ? and id not in
       (select id from password where local_user_id = ? order by created_at_int desc, id desc limit ${KEPT})`,
    [localUserId, localUserId],
  );
  const unexpired = { localUserId, $or: [{ expiresAtInt: null }, { expiresAtInt: { $gt: now } }] };
  await em.nativeUpdate(Password, unexpired, { expiresAt: now, expiresAtInt: now });
  await em.insert(Password, {
    localUserId,
    selfService: false,
    passwordHash,
    createdAt: now,
    createdAtInt: now,
    expiresAt: null,
    expiresAtInt: null,
  });
}
