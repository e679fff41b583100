import type { EntityManager } from '@mikro-orm/postgresql';
import type { Digest, Mapping, Place } from '../../rules/compute/instance-places.ts';
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

/**
 * Lists the instances of these parts of cells' digests, by the cell's id. However many cells they are of, it is one
 * statement: no index has the parts, so each reads the whole table.
 */
export async function listMapped(em: EntityManager, places: Place[]): Promise<Map<number, string[]>> {
  const rows = await em.execute<{ id: number; uuid: string }[]>(
    `select cell_id as id, instance_uuid as uuid from instance_mappings
     where (cell_id, ${partOf('instance_uuid')}) in
       (select (place ->> 0)::int, place ->> 1 from jsonb_array_elements(?::jsonb) place)`,
    [JSON.stringify(places.map(({ cell, part }) => [cell.id, part]))],
  );
  const byCell = Map.groupBy(rows, ({ id }) => id);
  return new Map([...byCell].map(([id, ofCell]) => [id, ofCell.map(({ uuid }) => uuid)]));
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

/** A mapping to no cell, by its own id and the instance's uuid. */
export type Cellless = { id: number; uuid: string };

/** Lists some instances, from an id on, that are mapped to no cell and are not being built either. */
export function listCellless(em: EntityManager, { limit, after = 0 }: Limits): Promise<Cellless[]> {
  return em.execute<Cellless[]>(
    `select id, instance_uuid as uuid from instance_mappings m
     where cell_id is null and project_id <> ? and id > ?
       and not exists (select from build_requests b where b.instance_uuid = m.instance_uuid)
     order by id limit ?`,
    [MARKER, after, limit],
  );
}

type Limits = { limit: number; after?: number | undefined };

/** Gives the id of the cell that a server is mapped to: null where it is mapped to none yet, undefined where it is not mapped. */
export async function mappedCellOf(em: EntityManager, uuid: string): Promise<number | null | undefined> {
  const [row] = await em.execute<{ id: number | null }[]>(
    'select cell_id as id from instance_mappings where instance_uuid = ?',
    [uuid],
  );
  return row?.id;
}
