import type { Server } from '../server.ts';
import type { Announcement, Initiator, Phase } from './announcement.ts';
import { instanceAction } from './instance-action.ts';

/**
 * Tells that a server is being deleted, or is deleted (`instance.delete.start`, `.end`). Where it has a host, that host
 * tells it; where it has none, nova-api deletes the server itself.
 */
export const instanceDelete = (phase: Phase, server: Server, by: Initiator): Announcement =>
  instanceAction(
    `delete.${phase}`,
    server,
    by,
    server.host === null
      ? { source: 'nova-api', lists: 'nothing' }
      : { source: 'nova-compute', lists: 'volumes' },
  );
