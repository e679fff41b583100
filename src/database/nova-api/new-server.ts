import type { EntityManager } from '@mikro-orm/postgresql';
import {
  buildDisks,
  buildInstance,
  buildTags,
  requestSpec,
  type Wanted,
} from '../../rules/compute/build-request.ts';
import { DATABASE_NOW, databaseNow } from '../database-time.ts';
import { BuildRequest } from './build-request.entity.ts';
import { InstanceMapping } from './cell-mapping.entity.ts';

/**
 * Writes what nova-api writes for a server that is asked for: how to place it, the build request by which it is shown
 * until it is in a cell, and its mapping. NOTE: nova/compute/api.py, _provision_instances.
 */
export async function insertBuildRequest(em: EntityManager, wanted: Wanted): Promise<void> {
  const { server, owner } = wanted;
  const row = { createdAt: databaseNow(), instanceUuid: server.uuid, projectId: owner.projectId };
  await em.execute(
    `insert into request_specs (created_at, instance_uuid, spec) values (${DATABASE_NOW}, ?, ?)`,
    [server.uuid, requestSpec(wanted)],
  );
  await em.insert(BuildRequest, {
    ...row,
    instance: buildInstance(wanted),
    blockDeviceMappings: buildDisks(wanted),
    tags: buildTags(wanted),
  });
  await em.insert(InstanceMapping, { ...row, userId: owner.userId, queuedForDelete: false });
}

/**
 * Maps a server to the cell that it is in now, and ends its build request. Gives the id of the cell that it is mapped to
 * then: another one where an attempt that was given up comes late. Null: the build request is gone, and the server was
 * mapped to no cell, so that Nova's API has deleted it meanwhile.
 */
export async function mapToCell(em: EntityManager, uuid: string, cellId: number): Promise<number | null> {
  const mapping = await lockMapping(em, uuid);
  const ended = await em.nativeDelete(BuildRequest, { instanceUuid: uuid });
  if (mapping?.cellId) return mapping.cellId;
  if (!mapping || ended === 0) return null;
  await em.nativeUpdate(InstanceMapping, { instanceUuid: uuid }, { cellId, updatedAt: databaseNow() });
  return cellId;
}

async function lockMapping(em: EntityManager, uuid: string): Promise<{ cellId: number | null } | undefined> {
  const [mapping] = await em.execute<{ cellId: number | null }[]>(
    'select cell_id as "cellId" from instance_mappings where instance_uuid = ? for no key update',
    [uuid],
  );
  return mapping;
}

/**
 * Removes the mapping of a server whose build request Nova's API has deleted: none would be made for it any more. NOTE:
 * nova/conductor/manager.py, schedule_and_build_instances.
 */
export async function removeMapping(em: EntityManager, uuid: string): Promise<void> {
  await em.execute('delete from instance_mappings where instance_uuid = ? and cell_id is null', [uuid]);
  await em.execute('delete from request_specs where instance_uuid = ?', [uuid]);
}

/** Ends the build of a server that is in no cell, so that nothing maps it to one any more. False: it is in one. */
export async function endBuild(em: EntityManager, uuid: string): Promise<boolean> {
  const mapping = await lockMapping(em, uuid);
  if (mapping && mapping.cellId !== null) return false;
  await em.nativeDelete(BuildRequest, { instanceUuid: uuid });
  await removeMapping(em, uuid);
  return true;
}

/** Notes that a server is being deleted, so that it is left out where its cell can't be asked. */
export async function queueForDelete(em: EntityManager, uuid: string): Promise<void> {
  await em.nativeUpdate(
    InstanceMapping,
    { instanceUuid: uuid },
    { queuedForDelete: true, updatedAt: databaseNow() },
  );
}

/** Keeps a server's user data until its request is taken up. */
export async function putUserData(em: EntityManager, requestId: string, userData: string): Promise<void> {
  await em.execute('insert into keyward.user_data (request_id, user_data) values (?, ?)', [
    requestId,
    userData,
  ]);
}

/** Gives a request's user data and forgets it, and what was left behind a day ago; null where there is none. */
export async function takeUserData(em: EntityManager, requestId: string): Promise<string | null> {
  await em.execute("delete from keyward.user_data where recorded_at < clock_timestamp() - interval '1 day'");
  const [row] = await em.execute<{ userData: string }[]>(
    'delete from keyward.user_data where request_id = ? returning user_data as "userData"',
    [requestId],
  );
  return row?.userData ?? null;
}

/** How far a new server is: mapped to a cell, or a build request (JSON), or neither, since Nova's API deleted it. */
export type Building = { cellId: number | null; instance: string | null };

/** Finds a new server's mapping and build request. */
export async function findBuilding(em: EntityManager, uuid: string): Promise<Building> {
  const [found] = await em.execute<Building[]>(
    `select m.cell_id as "cellId", b.instance
     from instance_mappings m left join build_requests b using (instance_uuid) where m.instance_uuid = ?`,
    [uuid],
  );
  return found ?? { cellId: null, instance: null };
}
