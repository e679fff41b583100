import { instanceName } from '../instance-name.ts';
import { novaObject } from '../nova-object.ts';
import type { Server } from '../server.ts';
import type { Announcement, Initiator, Phase } from './announcement.ts';
import type { Exception } from './exception-payload.ts';
import { actionFields } from './instance-action.ts';
import { keypairPayload } from './keypair-payload.ts';

/** Tells that a host begins to build a server, or that the server is built (`instance.create.start`, `.end`). */
export const instanceCreate = (phase: Phase, server: Server, by: Initiator): Announcement =>
  announced(`instance.create.${phase}`, server, by, null);

/** Tells that a host could not build a server (`instance.create.error`). */
export const instanceCreateError = (exception: Exception, server: Server, by: Initiator): Announcement =>
  announced('instance.create.error', server, by, exception);

/** NOTE: nova/notifications/objects/instance.py, InstanceCreatePayload; nova/compute/utils.py, notify_about_instance_create */
const announced = (
  eventType: string,
  server: Server,
  by: Initiator,
  exception: Exception | null,
): Announcement => ({
  eventType,
  source: 'nova-compute',
  priority: exception ? 'ERROR' : 'INFO',
  subject: server.uuid,
  payload: novaObject('InstanceCreatePayload', '1.13', {
    keypairs: server.keyPairs.map(keypairPayload),
    tags: server.tags,
    trusted_image_certificates: null,
    instance_name: instanceName(server.id),
    ...actionFields(server, by, exception),
    block_devices: [],
  }),
});
