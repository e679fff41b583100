import type { EntityManager } from '@mikro-orm/postgresql';
import { bootMetadata, type Wanted } from '../../rules/compute/build-request.ts';
import { keyPairListObject, storedFlavor } from '../../rules/compute/stored-objects.ts';
import { DATABASE_NOW, databaseNow } from '../database-time.ts';
import { addTags } from './instance-labels.ts';
import { InstanceExtra } from './instance-details.entity.ts';
import { Instance } from './instance.entity.ts';

/** Makes a row of each pair of a JSON object. */
const PAIRS = `select ${DATABASE_NOW}, 0, ?, key, value from jsonb_each_text(?::jsonb)`;
const ROOT_DEVICE = '/dev/vda';

/** Numbers of `power_state`. NOTE: nova/objects/fields.py, InstancePowerState. */
export const PowerState = { none: 0, running: 1 } as const;

/**
 * Writes a server that is being built on its host, with everything that Nova keeps of it in other tables. False: the cell
 * has it already.
 */
export async function insertInstance(em: EntityManager, wanted: Wanted): Promise<boolean> {
  const { server } = wanted;
  const isThere = await em.count(Instance, { uuid: server.uuid });
  if (isThere > 0) return false;
  await em.insert(Instance, instanceRow(wanted));
  const ofServer = { instanceUuid: server.uuid, createdAt: databaseNow(), isDeleted: false };
  await em.insert(InstanceExtra, {
    ...ofServer,
    flavor: storedFlavor(server.flavor),
    keypairs: JSON.stringify(keyPairListObject(server.keyPair ? [server.keyPair] : [])),
    pciRequests: '[]',
  });
  await em.execute(
    `insert into instance_system_metadata (created_at, deleted, instance_uuid, key, value) ${PAIRS}`,
    [server.uuid, JSON.stringify(bootMetadata(wanted))],
  );
  await em.execute(
    `insert into instance_metadata (created_at, deleted, instance_uuid, key, value) ${PAIRS}`,
    [server.uuid, JSON.stringify(server.metadata)],
  );
  await insertWithoutEntity(em, wanted);
  return true;
}

const instanceRow = ({ server, owner, userData }: Wanted) => ({
  uuid: server.uuid,
  createdAt: databaseNow(),
  // Nova has changed the row by the time that it spawns, and `changes-since` finds no other ones.
  updatedAt: databaseNow(),
  isDeleted: false,
  userId: owner.userId,
  projectId: owner.projectId,
  displayName: server.name,
  displayDescription: server.description,
  hostname: server.hostname,
  imageRef: server.image.id,
  kernelId: '',
  ramdiskId: '',
  launchIndex: 0,
  keyName: server.keyPair?.name ?? null,
  keyData: server.keyPair?.publicKey ?? null,
  userData,
  reservationId: server.reservationId,
  availabilityZone: 'nova',
  host: server.host,
  node: server.host,
  launchedOn: server.host,
  vmState: 'building',
  taskState: 'spawning',
  powerState: PowerState.none,
  progress: 0,
  instanceTypeId: server.flavor.id,
  memoryMb: server.flavor.memoryMb,
  vcpus: server.flavor.vcpus,
  rootGb: server.flavor.rootGb,
  ephemeralGb: server.flavor.ephemeralGb,
  rootDeviceName: ROOT_DEVICE,
  configDrive: server.hasConfigDrive,
  autoDiskConfig: false,
  locked: false,
  hidden: false,
  cleaned: 0,
  shutdownTerminate: false,
  disableTerminate: false,
});

/** Nova reads these rows, and nothing in keyward does but in a list. */
async function insertWithoutEntity(em: EntityManager, { server }: Wanted): Promise<void> {
  const { uuid, image, tags } = server;
  await em.execute(
    `insert into instance_info_caches (created_at, deleted, instance_uuid, network_info) values (${DATABASE_NOW}, 0, ?, '[]')`,
    [uuid],
  );
  await em.execute(
    `insert into instance_id_mappings (created_at, deleted, uuid) values (${DATABASE_NOW}, 0, ?)`,
    [uuid],
  );
  await em.execute(
    `insert into block_device_mapping (created_at, deleted, uuid, instance_uuid, source_type, destination_type,
       device_type, device_name, boot_index, image_id, delete_on_termination, no_device, encrypted)
     values (${DATABASE_NOW}, 0, gen_random_uuid()::text, ?, 'image', 'local', 'disk', ?, 0, ?, true, false, false)`,
    [uuid, ROOT_DEVICE, image.id],
  );
  await addTags(em, uuid, tags);
}
