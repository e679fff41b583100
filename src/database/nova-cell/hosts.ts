import type { EntityManager } from '@mikro-orm/postgresql';
import type { Host } from '../../rules/compute/host.ts';
import { hasTable } from '../has-table.ts';

/** Lists the hosts of this cell that are keyward's; none in a cell whose database has no tables of keyward's. */
export async function listHosts(em: EntityManager): Promise<Host[]> {
  if (!(await hasTable(em, 'keyward.host'))) return [];
  return em.execute<Host[]>(
    `select host, driver, extract(epoch from clock_timestamp() - seen_at)::float8 as "unseenSeconds"
     from keyward.host order by host`,
  );
}

/** Notes that the host is keyward's and has a worker now. */
export async function noteHost(em: EntityManager, host: string, driver: string): Promise<void> {
  await em.execute(
    `insert into keyward.host (host, driver) values (?, ?)
     on conflict (host) do update set driver = excluded.driver, seen_at = clock_timestamp()`,
    [host, driver],
  );
}

/**
 * Tells whether Nova has a nova-compute of that name, which then runs the servers there. One that is silent or forced down
 * counts too: its guests may run on, and it may come back.
 */
export async function reportsToNova(em: EntityManager, host: string): Promise<boolean> {
  const [row] = await em.execute<unknown[]>(
    `select from services where host = ? and "binary" = 'nova-compute' and deleted = 0 limit 1`,
    [host],
  );
  return row !== undefined;
}
