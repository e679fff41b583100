import type { InferEntity } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Server, ServerFault } from '../../rules/compute/server.ts';
import { flavorIn, keyPairsIn } from '../../rules/compute/stored-objects.ts';
import { InstanceFault } from './instance-action.entity.ts';
import { InstanceExtra, InstanceMetadata, InstanceSystemMetadata } from './instance-details.entity.ts';
import { Instance } from './instance.entity.ts';

/**
 * Reads everything of a server; null where the cell has none of this uuid. One that was deleted is found too, with what
 * was deleted along with it.
 */
export async function findServer(em: EntityManager, uuid: string): Promise<Server | null> {
  const fresh = { disableIdentityMap: true, orderBy: { id: 'asc' } } as const;
  const row = await em.findOne(Instance, { uuid }, { disableIdentityMap: true });
  if (!row) return null;
  const ofServer = { instanceUuid: uuid };
  const isDeleted = row.isDeleted;
  const extra = await em.findOne(InstanceExtra, ofServer, {
    disableIdentityMap: true,
    orderBy: { id: 'desc' },
  });
  const system = await em.find(InstanceSystemMetadata, ofServer, fresh);
  const metadata = await em.find(InstanceMetadata, { ...ofServer, isDeleted }, fresh);
  const [fault] = await em.find(
    InstanceFault,
    { ...ofServer, isDeleted },
    { disableIdentityMap: true, orderBy: { createdAt: 'desc', id: 'desc' }, limit: 1 },
  );
  const tags = await em.execute<{ tag: string }[]>(
    'select tag from tags where resource_id = ? order by tag',
    [uuid],
  );
  const systemMetadata = Object.fromEntries(system.map(({ key, value }) => [key, value ?? null]));
  return {
    ...columnsOf(row),
    flavor: flavorIn(extra?.flavor ?? null),
    keyPairs: keyPairsIn(extra?.keypairs ?? null),
    metadata: Object.fromEntries(metadata.map(({ key, value }) => [key ?? '', value ?? ''])),
    systemMetadata,
    lockedReason: systemMetadata['locked_reason'] ?? null,
    tags: tags.map(({ tag }) => tag),
    fault: fault ? faultOf(fault) : null,
  };
}

type OfRow = Omit<
  Server,
  'flavor' | 'keyPairs' | 'metadata' | 'systemMetadata' | 'lockedReason' | 'tags' | 'fault'
>;

/** MikroORM leaves out what is NULL. */
const columnsOf = (row: InferEntity<typeof Instance>): OfRow => ({
  id: row.id,
  uuid: row.uuid,
  userId: row.userId ?? null,
  projectId: row.projectId ?? null,
  displayName: row.displayName ?? null,
  displayDescription: row.displayDescription ?? null,
  hostname: row.hostname ?? null,
  host: row.host ?? null,
  node: row.node ?? null,
  vmState: row.vmState ?? null,
  taskState: row.taskState ?? null,
  powerState: row.powerState ?? null,
  progress: row.progress ?? null,
  availabilityZone: row.availabilityZone ?? null,
  reservationId: row.reservationId ?? null,
  launchIndex: row.launchIndex ?? null,
  imageRef: row.imageRef ?? null,
  kernelId: row.kernelId ?? null,
  ramdiskId: row.ramdiskId ?? null,
  rootDeviceName: row.rootDeviceName ?? null,
  osType: row.osType ?? null,
  architecture: row.architecture ?? null,
  keyName: row.keyName ?? null,
  userData: row.userData ?? null,
  hasConfigDrive: row.configDrive ?? false,
  hasAutoDiskConfig: row.autoDiskConfig ?? false,
  accessIpV4: row.accessIpV4 ?? null,
  accessIpV6: row.accessIpV6 ?? null,
  memoryMb: row.memoryMb ?? null,
  vcpus: row.vcpus ?? null,
  rootGb: row.rootGb ?? null,
  ephemeralGb: row.ephemeralGb ?? null,
  isLocked: row.locked ?? false,
  lockedBy: row.lockedBy ?? null,
  createdAt: row.createdAt ?? null,
  updatedAt: row.updatedAt ?? null,
  launchedAt: row.launchedAt ?? null,
  terminatedAt: row.terminatedAt ?? null,
  isDeleted: row.isDeleted,
  deletedAt: row.deletedAt ?? null,
});

const faultOf = ({ code, message, details, createdAt }: InferEntity<typeof InstanceFault>): ServerFault => ({
  code,
  message: message ?? '',
  details: details ?? '',
  createdAt: createdAt ?? null,
});
