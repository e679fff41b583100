import type { EntityManager } from '@mikro-orm/postgresql';
import type { HostMappings } from '../../rules/compute/cell-findings.ts';

/** Lists which cell each host is mapped to. */
export const listHostMappings = (em: EntityManager): Promise<HostMappings> =>
  em.execute<HostMappings>('select host, cell_id as "cellId" from host_mappings order by host');
