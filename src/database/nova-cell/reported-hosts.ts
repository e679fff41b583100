import type { EntityManager } from '@mikro-orm/postgresql';

/** Lists the hosts that have a compute node in the cell's database, or a nova-compute that reports to it. */
export async function listReportedHosts(em: EntityManager): Promise<string[]> {
  const rows = await em.execute<{ host: string }[]>(
    `select host from compute_nodes where deleted = 0 and host is not null
     union select host from services where deleted = 0 and "binary" = 'nova-compute' and host is not null
     order by host`,
  );
  return rows.map(({ host }) => host);
}
