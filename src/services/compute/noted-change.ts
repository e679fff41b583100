import type { EntityManager } from '@mikro-orm/postgresql';
import {
  findEvent,
  finishEvent,
  insertAction,
  type NotedEvent,
  startEvent,
} from '../../database/nova-cell/instance-action.repository.ts';
import type { Caller } from '../../rules/compute/caller.ts';
import { type InstanceChange, instanceChanges } from '../../rules/compute/instance-state.ts';
import { novaRequestId } from '../../rules/compute/new-server.ts';

/** A change of a server by one request; the rows of Nova's actions have both. */
export type Change = { kind: InstanceChange; uuid: string; requestId: string; caller: Caller };

const keyOf = ({ kind, uuid, requestId }: Change) => ({
  instanceUuid: uuid,
  requestId: novaRequestId(requestId),
  event: instanceChanges[kind].event,
});

/** Finds what is noted of the change; null where it was not begun. */
export const findChange = (em: EntityManager, change: Change): Promise<NotedEvent | null> =>
  findEvent(em, keyOf(change));

/** Notes as Nova does that a change is asked for, and that a host begins with it. */
export async function beginChange(em: EntityManager, change: Change, host: string): Promise<void> {
  const { instanceUuid, requestId, event } = keyOf(change);
  const { action } = instanceChanges[change.kind];
  const actionId = await insertAction(em, { action, instanceUuid, requestId, ...change.caller });
  await startEvent(em, { actionId, event, host });
}

/** Notes how the change ended, unless that is noted already; `error` is what the server's owner may read of a failure. */
export async function endChange(em: EntityManager, change: Change, error: string | null): Promise<void> {
  const noted = await findChange(em, change);
  if (noted && noted.result === null) await finishEvent(em, { ...noted, error });
}
