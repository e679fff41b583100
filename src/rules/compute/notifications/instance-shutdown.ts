import type { Server } from '../server.ts';
import type { Announcement, Initiator, Phase } from './announcement.ts';
import { instanceAction } from './instance-action.ts';

/**
 * Tells that a host removes the guest of a server that is being deleted (`instance.shutdown.start`, `.end`). Nova sends
 * it between `instance.delete.start` and `instance.delete.end` (NOTE: nova/compute/manager.py, _shutdown_instance).
 */
export const instanceShutdown = (phase: Phase, server: Server, by: Initiator): Announcement =>
  instanceAction(`shutdown.${phase}`, server, by, { source: 'nova-compute', lists: 'volumes' });
