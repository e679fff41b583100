import { novaObject, type NovaObject, novaTime } from '../nova-object.ts';
import type { Server } from '../server.ts';
import type { Announcement, Initiator, Source } from './announcement.ts';
import { initiatorFields, requestIdOf, serverFields } from './instance-payload.ts';

/** `[notifications] notify_on_state_change`; null, Nova's default, tells of no change at all. */
export type NotifyOn = 'vm_state' | 'vm_and_task_state' | null;

/** What a server was before the change. */
export type Before = Pick<Server, 'vmState' | 'taskState' | 'displayName'>;

/**
 * Tells that a server's row was changed (`instance.update`; NOTE: nova/notifications/base.py, send_update); null where
 * `notifyOn` wants nothing told. The states are those before and after only where one changed that `notifyOn` names;
 * else they are the states now, and a name that changed is told. `at` is the time now, in microseconds since the epoch.
 */
export function instanceUpdate(
  before: Before,
  server: Server,
  by: Initiator,
  { notifyOn, at }: { notifyOn: NotifyOn; at: number },
): Announcement | null {
  if (notifyOn === null) return null;
  const hasNewState =
    before.vmState !== server.vmState ||
    (notifyOn === 'vm_and_task_state' && before.taskState !== server.taskState);
  const oldName = before.displayName === server.displayName ? null : before.displayName;
  return hasNewState
    ? announced('nova-compute', server, by, { old: before, oldName: null, at })
    : announced('nova-compute', server, by, { old: server, oldName, at });
}

/** Tells that the tags of a server were changed, which nova-api tells of whatever is configured. */
export const instanceTagsUpdate = (server: Server, by: Initiator, at: number): Announcement =>
  announced('nova-api', server, by, { old: server, oldName: null, at });

type Change = { old: Pick<Server, 'vmState' | 'taskState'>; oldName: string | null; at: number };

/** NOTE: nova/notifications/objects/instance.py, InstanceUpdatePayload */
const announced = (source: Source, server: Server, by: Initiator, change: Change): Announcement => ({
  eventType: 'instance.update',
  source,
  priority: 'INFO',
  subject: JSON.stringify([
    server.uuid,
    change.old.vmState,
    change.old.taskState,
    server.vmState,
    server.taskState,
  ]),
  payload: novaObject('InstanceUpdatePayload', '2.1', {
    state_update: novaObject('InstanceStateUpdatePayload', '1.0', {
      old_state: change.old.vmState,
      state: server.vmState,
      old_task_state: change.old.taskState,
      new_task_state: server.taskState,
    }),
    audit_period: auditPeriod(change.at),
    old_display_name: change.oldName,
    tags: server.tags,
    ...serverFields(server),
    request_id: requestIdOf(by),
    ...initiatorFields(server, by),
  }),
});

/** The month so far, which is Nova's default of `[DEFAULT] instance_usage_audit_period`. */
function auditPeriod(at: number): NovaObject {
  const now = new Date(Math.floor(at / 1000));
  const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  return novaObject('AuditPeriodPayload', '1.0', {
    audit_period_beginning: novaTime(month * 1000),
    audit_period_ending: novaTime(at),
  });
}
