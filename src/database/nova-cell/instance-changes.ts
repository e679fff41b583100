import type { EntityManager } from '@mikro-orm/postgresql';
import { shortened } from '../../rules/text-length.ts';
import { DATABASE_NOW, databaseNow } from '../database-time.ts';
import { InstanceFault } from './instance-action.entity.ts';
import { InstanceExtra, InstanceMetadata, InstanceSystemMetadata } from './instance-details.entity.ts';
import { Instance } from './instance.entity.ts';
import { PowerState } from './new-instance.ts';
import { softDelete } from './soft-delete.ts';

/** `instance_faults.message` has room for so many characters. */
const LONGEST_MESSAGE = 255;

const DELETED = `set deleted = id, deleted_at = ${DATABASE_NOW}`;

/** What else goes with a server; keyward has no entities for these tables. */
const WITH_SERVER = [
  `update instance_info_caches ${DELETED} where instance_uuid = ? and deleted = 0`,
  `update block_device_mapping ${DELETED} where instance_uuid = ? and deleted = 0`,
  `update virtual_interfaces ${DELETED} where instance_uuid = ? and deleted = 0`,
  `update instance_id_mappings ${DELETED} where uuid = ? and deleted = 0`,
  'delete from tags where resource_id = ?',
  'delete from console_auth_tokens where instance_uuid = ?',
];

/** Marks a server that was being spawned as running. */
export async function activateInstance(em: EntityManager, uuid: string): Promise<void> {
  await em.nativeUpdate(
    Instance,
    { uuid, isDeleted: false },
    {
      vmState: 'active',
      taskState: null,
      powerState: PowerState.running,
      launchedAt: databaseNow(),
      updatedAt: databaseNow(),
    },
  );
}

/** Marks a server as failed, with the fault that Nova's API shows of it. NOTE: nova/compute/utils.py, add_instance_fault_from_exc. */
export async function failInstance(
  em: EntityManager,
  { uuid, host, message, details }: { uuid: string; host: string; message: string; details: string },
): Promise<void> {
  await em.nativeUpdate(
    Instance,
    { uuid, isDeleted: false },
    { vmState: 'error', taskState: null, updatedAt: databaseNow() },
  );
  await em.insert(InstanceFault, {
    instanceUuid: uuid,
    code: 500,
    message: shortened(message, LONGEST_MESSAGE),
    details,
    host,
    createdAt: databaseNow(),
    isDeleted: false,
  });
}

/** Notes what is under way with a server. */
export const setTaskState = (em: EntityManager, uuid: string, taskState: string): Promise<number> =>
  em.nativeUpdate(Instance, { uuid, isDeleted: false }, { taskState, updatedAt: databaseNow() });

/**
 * Deletes a server as Nova does: its own rows stay, marked as deleted, but for its tags and the consoles that were open.
 * NOTE: nova/db/main/api.py, instance_destroy.
 */
export async function deleteInstance(em: EntityManager, uuid: string): Promise<void> {
  await em.nativeUpdate(
    Instance,
    { uuid, isDeleted: false },
    {
      vmState: 'deleted',
      taskState: null,
      powerState: PowerState.none,
      terminatedAt: databaseNow(),
      updatedAt: databaseNow(),
    },
  );
  await softDelete(em, Instance, { uuid });
  const ofServer = { instanceUuid: uuid };
  await softDelete(em, InstanceMetadata, ofServer);
  await softDelete(em, InstanceFault, ofServer);
  await softDelete(em, InstanceExtra, ofServer);
  await softDelete(em, InstanceSystemMetadata, ofServer);
  for (const statement of WITH_SERVER) await em.execute(statement, [uuid]);
}
