import type { EntityManager } from '@mikro-orm/postgresql';
import { databaseNow } from '../database-time.ts';
import { InstanceAction, InstanceActionEvent } from './instance-action.entity.ts';

/** What is asked of a server, by whom; `requestId` is what its owner knows the action by. */
export type NewAction = {
  action: string;
  instanceUuid: string;
  requestId: string;
  userId: string | null;
  projectId: string | null;
};

/** Notes that something is asked of a server; returns the row's id. NOTE: nova/objects/instance_action.py. */
export const insertAction = (em: EntityManager, action: NewAction): Promise<number> =>
  em.insert(InstanceAction, {
    ...action,
    createdAt: databaseNow(),
    updatedAt: databaseNow(),
    startTime: databaseNow(),
    isDeleted: false,
  }) as Promise<number>;

/** Notes that a step of an action begins on a host; returns the row's id. */
export async function startEvent(
  em: EntityManager,
  { actionId, event, host }: { actionId: number; event: string; host: string },
): Promise<number> {
  const id = await em.insert(InstanceActionEvent, {
    actionId,
    event,
    host,
    createdAt: databaseNow(),
    startTime: databaseNow(),
    isDeleted: false,
  });
  await em.nativeUpdate(InstanceAction, { id: actionId }, { updatedAt: databaseNow() });
  return id as number;
}

/** Notes how a step ended; `error` is what its owner may read of a failure, null for a success. */
export async function finishEvent(
  em: EntityManager,
  { id, actionId, error }: { id: number; actionId: number; error: string | null },
): Promise<void> {
  const outcome = error === null ? { result: 'Success' } : { result: 'Error', details: error };
  const now = { updatedAt: databaseNow() };
  await em.nativeUpdate(InstanceActionEvent, { id }, { ...outcome, ...now, finishTime: databaseNow() });
  await em.nativeUpdate(
    InstanceAction,
    { id: actionId },
    { ...now, ...(error !== null && { message: 'Error' }) },
  );
}

/** A step of an action that was noted, with how it ended; `result` is null while it runs. */
export type NotedEvent = { id: number; actionId: number; result: string | null };

/** Finds a step of what a request asked of a server; null where nothing was noted. */
export async function findEvent(
  em: EntityManager,
  { instanceUuid, requestId, event }: { instanceUuid: string; requestId: string; event: string },
): Promise<NotedEvent | null> {
  const [found] = await em.execute<NotedEvent[]>(
    `select e.id, a.id as "actionId", e.result
     from instance_actions a join instance_actions_events e on e.action_id = a.id
     where a.request_id = ? and a.instance_uuid = ? and e.event = ? order by e.id limit 1`,
    [requestId, instanceUuid, event],
  );
  return found ?? null;
}
