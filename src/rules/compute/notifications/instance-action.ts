import { novaObject } from '../nova-object.ts';
import type { Server } from '../server.ts';
import type { Announcement, Initiator, Source } from './announcement.ts';
import { type Exception, exceptionPayload } from './exception-payload.ts';
import { initiatorFields, requestIdOf, serverFields } from './instance-payload.ts';

/** The fields of Nova's InstanceActionPayload, to which some events add their own, in front. */
export const actionFields = (server: Server, by: Initiator, exception: Exception | null = null) => ({
  fault: exception && exceptionPayload(exception),
  request_id: requestIdOf(by),
  ...serverFields(server),
  ...initiatorFields(server, by),
});

/**
 * What is told of most actions on a server (NOTE: nova/compute/utils.py, notify_about_instance_action). nova-compute
 * has looked for volumes where it deletes a server; nova-api has not.
 */
export const instanceAction = (
  action: string,
  server: Server,
  by: Initiator,
  { source, lists }: { source: Source; lists: 'volumes' | 'nothing' },
): Announcement => ({
  eventType: `instance.${action}`,
  source,
  priority: 'INFO',
  subject: server.uuid,
  payload: novaObject('InstanceActionPayload', '1.9', {
    ...actionFields(server, by),
    block_devices: lists === 'volumes' ? [] : null,
  }),
});
