import type { EntityManager } from '@mikro-orm/postgresql';
import type { Digest, Mapping } from '../../rules/compute/instance-places.ts';
import { AMONG } from '../among.ts';
import { digestColumns, digestOf, type DigestRow, partOf } from '../uuid-digest.ts';

/** `nova-manage cell_v2 map_instances` keeps where it is in a row of this project, which maps no instance. */
const MARKER = 'INSTANCE_MIGRATION_MARKER';

/** Sums up the instances that are mapped to each cell, by the cell's id. */
export async function digestMapped(em: EntityManager): Promise<Map<number, Digest>> {
  const rows = await em.execute<(DigestRow & { id: number })[]>(
    `select cell_id as id, ${digestColumns('instance_uuid')}
     from instance_mappings where cell_id is not null group by 1, 2`,
  );
  const byCell = Map.groupBy(rows, ({ id }) => id);
  return new Map([...byCell].map(([id, ofCell]) => [id, digestOf(ofCell)]));
}

/** Lists the instances that are mapped to a cell, of these parts of a digest. */
export async function listMapped(em: EntityManager, cellId: number, parts: string[]): Promise<string[]> {
  const rows = await em.execute<{ uuid: string }[]>(
    `select instance_uuid as uuid from instance_mappings
     where cell_id = ? and ${partOf('instance_uuid')} ${AMONG}`,
    [cellId, JSON.stringify(parts)],
  );
  return rows.map(({ uuid }) => uuid);
}

/** Finds the mappings of these instances. */
export async function findMappings(em: EntityManager, uuids: string[]): Promise<Map<string, Mapping>> {
  const rows = await em.execute<(Mapping & { uuid: string })[]>(
    `select m.instance_uuid as uuid, m.cell_id as "cellId", b.id is not null as "isBuilding"
     from instance_mappings m left join build_requests b using (instance_uuid)
     where m.instance_uuid ${AMONG}`,
    [JSON.stringify(uuids)],
  );
  return new Map(rows.map(({ uuid, ...mapping }) => [uuid, mapping]));
}

/** Lists instances that are mapped to no cell and are not being built either. */
export async function listCellless(em: EntityManager, limit: number): Promise<string[]> {
  const rows = await em.execute<{ uuid: string }[]>(
    `select instance_uuid as uuid from instance_mappings m
     where cell_id is null and project_id <> ?
       and not exists (select from build_requests b where b.instance_uuid = m.instance_uuid)
     order by id limit ?`,
    [MARKER, limit],
  );
  return rows.map(({ uuid }) => uuid);
}
