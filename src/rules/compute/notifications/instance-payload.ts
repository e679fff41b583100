import { novaTime } from '../nova-object.ts';
import type { Server } from '../server.ts';
import type { Initiator } from './announcement.ts';
import { flavorPayload } from './flavor-payload.ts';
import { ipPayloads } from './ip-payload.ts';

/** Nova's words for a power state, by its number (NOTE: nova/objects/fields.py, InstancePowerState). */
const POWER_STATES: Record<number, string> = {
  0: 'pending',
  1: 'running',
  3: 'paused',
  4: 'shutdown',
  6: 'crashed',
  7: 'suspended',
};

/**
 * Gives the fields about a server that every payload of it has (NOTE: nova/notifications/objects/instance.py,
 * InstancePayload), in Nova's order. keyward's servers have no volumes. A flavor whose text can't be read is null.
 */
export const serverFields = (server: Server) => ({
  ...identityOf(server),
  flavor: server.flavor && flavorPayload(server.flavor),
  image_uuid: server.imageRef,
  key_name: server.keyName,
  kernel_id: server.kernelId,
  ramdisk_id: server.ramdiskId,
  created_at: novaTime(server.createdAt),
  launched_at: novaTime(server.launchedAt),
  terminated_at: novaTime(server.terminatedAt),
  deleted_at: novaTime(server.deletedAt),
  updated_at: novaTime(server.updatedAt),
  state: server.vmState,
  power_state: server.powerState === null ? null : (POWER_STATES[server.powerState] ?? null),
  task_state: server.taskState,
  progress: server.progress,
  ip_addresses: ipPayloads(server.networkInfo),
  // Null means that nobody looked; some events have looked, and put a list in its place.
  block_devices: null as [] | null,
  metadata: server.metadata,
  locked: server.isLocked,
  auto_disk_config: server.hasAutoDiskConfig ? 'AUTO' : 'MANUAL',
});

/** Gives the fields that come after the server's own: who asked, and two that Nova has added there. */
export const initiatorFields = (server: Server, { caller }: Initiator) => ({
  action_initiator_user: caller.userId,
  action_initiator_project: caller.projectId,
  locked_reason: server.lockedReason,
  shares: null,
});

const identityOf = (server: Server) => ({
  uuid: server.uuid,
  user_id: server.userId,
  tenant_id: server.projectId,
  reservation_id: server.reservationId,
  display_name: server.displayName,
  display_description: server.displayDescription,
  host_name: server.hostname,
  host: server.host,
  node: server.node,
  os_type: server.osType,
  architecture: server.architecture,
  availability_zone: server.availabilityZone,
});

/** Nova names the request only where both a user and a project asked. */
export const requestIdOf = ({ requestId, caller }: Initiator): string | null =>
  caller.userId && caller.projectId ? requestId : null;
