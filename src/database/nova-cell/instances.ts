import type { EntityManager } from '@mikro-orm/postgresql';
import type { Digest } from '../../rules/compute/instance-places.ts';
import { AMONG } from '../among.ts';
import { digestColumns, digestOf, type DigestRow, partOf } from '../uuid-digest.ts';

/** A hidden instance is the one of two that a resize to another cell does not count as there (`nova/objects/instance.py`). */
const LIVES = 'deleted = 0 and hidden is not true';

/** Counts the instances that were not deleted. */
export async function countInstances(em: EntityManager): Promise<number> {
  const [row] = await em.execute<[{ count: number }]>(
    'select count(*)::int as count from instances where deleted = 0',
  );
  return row.count;
}

/** Sums up all rows: those that were deleted have a mapping until they are archived. */
export async function digestInstances(em: EntityManager): Promise<Digest> {
  return digestOf(await em.execute<DigestRow[]>(`select ${digestColumns('uuid')} from instances group by 1`));
}

/** Lists the instances of these parts of a digest, each with whether it lives. */
export const listInstances = (em: EntityManager, parts: string[]): Promise<Map<string, boolean>> =>
  instancesWhere(em, `${partOf('uuid')} ${AMONG}`, parts);

/** Finds those of the instances that the cell has, each with whether it lives. */
export const findInstances = (em: EntityManager, uuids: string[]): Promise<Map<string, boolean>> =>
  instancesWhere(em, `uuid ${AMONG}`, uuids);

/** Finds those of the instances that the cell has, each with whether it was deleted, for good. */
export async function findDeleted(em: EntityManager, uuids: string[]): Promise<Map<string, boolean>> {
  const rows = await em.execute<{ uuid: string; isDeleted: boolean }[]>(
    `select uuid, coalesce(deleted <> 0, false) as "isDeleted" from instances where uuid ${AMONG}`,
    [JSON.stringify(uuids)],
  );
  return new Map(rows.map(({ uuid, isDeleted }) => [uuid, isDeleted]));
}

async function instancesWhere(
  em: EntityManager,
  condition: string,
  values: string[],
): Promise<Map<string, boolean>> {
  const rows = await em.execute<{ uuid: string; lives: boolean }[]>(
    `select uuid, coalesce(${LIVES}, false) as lives from instances where ${condition}`,
    [JSON.stringify(values)],
  );
  return new Map(rows.map(({ uuid, lives }) => [uuid, lives]));
}
