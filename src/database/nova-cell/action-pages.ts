import type { EntityManager } from '@mikro-orm/postgresql';
import type { ActionEvent, ServerAction } from '../../rules/compute/server-action.ts';
import { Conditions } from '../conditions.ts';
import { isoMicros } from '../naive-times.ts';

/** What a list of actions may be narrowed to: changed not before and not after, ISO 8601 in UTC. */
export type ActionFilter = { changesSince?: string | undefined; changesBefore?: string | undefined };

const ACTION = `select id, action, instance_uuid as "instanceUuid", request_id as "requestId",
    user_id as "userId", project_id as "projectId", ${isoMicros('created_at')} as "createdAt",
    ${isoMicros('start_time')} as "startTime", ${isoMicros('updated_at')} as "updatedAt", message
  from instance_actions`;
/** NOTE: nova/db/main/api.py, actions_get. */
const NEWEST_FIRST = 'order by created_at desc, id desc limit ?';

/** Reads at most `size` of a server's actions that come after one, the newest first. */
export function readActions(
  em: EntityManager,
  instanceUuid: string,
  { changesSince, changesBefore }: ActionFilter,
  { after, size }: { after: ServerAction | null; size: number },
): Promise<ServerAction[]> {
  const conditions = new Conditions();
  conditions.add('instance_uuid = ?', instanceUuid);
  if (changesSince !== undefined) conditions.add('updated_at >= ?::timestamp', changesSince);
  if (changesBefore !== undefined) conditions.add('updated_at <= ?::timestamp', changesBefore);
  if (after)
    conditions.add(
      "(coalesce(created_at, 'infinity'), id) < (coalesce(?::timestamp, 'infinity'), ?)",
      after.createdAt,
      after.id,
    );
  const where = conditions.where.join(' and ');
  return em.execute<ServerAction[]>(`${ACTION} where ${where} ${NEWEST_FIRST}`, [...conditions.values, size]);
}

/** Finds the action of a request; of several the newest, which is the one that Nova's API shows. */
export async function findAction(
  em: EntityManager,
  instanceUuid: string,
  requestId: string,
): Promise<ServerAction | null> {
  const [action] = await em.execute<ServerAction[]>(
    `${ACTION} where instance_uuid = ? and request_id = ? ${NEWEST_FIRST}`,
    [instanceUuid, requestId, 1],
  );
  return action ?? null;
}

/** Reads the steps of an action, the newest first. NOTE: nova/db/main/api.py, action_events_get. */
export const readEvents = (em: EntityManager, actionId: number): Promise<ActionEvent[]> =>
  em.execute<ActionEvent[]>(
    `select event, ${isoMicros('start_time')} as "startTime", ${isoMicros('finish_time')} as "finishTime",
       result, traceback, host, details
     from instance_actions_events where action_id = ? order by created_at desc, id desc`,
    [actionId],
  );

/** Reads the project of a server, deleted or not. */
export async function projectOf(em: EntityManager, uuid: string): Promise<string | null> {
  const [row] = await em.execute<{ id: string | null }[]>(
    'select project_id as id from instances where uuid = ?',
    [uuid],
  );
  return row?.id ?? null;
}
