import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Makes every Keystone on this database refuse the tokens that these users, or for these projects, were given before
 * now. Seconds, as in `keystone/models/revoke_model.py`.
 */
export async function revokeTokens(em: EntityManager, of: 'user' | 'project', ids: string[]): Promise<void> {
  await em.execute(
    `insert into revocation_event (${of}_id, issued_before, revoked_at)
     select gone.id, date_trunc('second', clock_timestamp() at time zone 'UTC'),
            date_trunc('second', clock_timestamp() at time zone 'UTC')
     from jsonb_array_elements_text(?::jsonb) as gone (id)`,
    [JSON.stringify(ids)],
  );
}
