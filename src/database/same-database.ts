import type { EntityManager } from '@mikro-orm/postgresql';

/**
 * Identifies the database that is connected to, whatever URL or proxy leads there: by the microsecond at which its
 * server was started, and its number and name on it. A server's system identifier would not do, since a copy of its
 * files keeps it and is another server; nor would an address, of which a server may have several.
 */
export async function identifyDatabase(em: EntityManager): Promise<string> {
  const [row] = await em.execute<[{ identity: string }]>(
    `select concat_ws('/', extract(epoch from pg_postmaster_start_time()), oid, datname) as identity
     from pg_database where datname = current_database()`,
  );
  return row.identity;
}
