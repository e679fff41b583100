import type { EntityManager } from '@mikro-orm/postgresql';
import type { Server, ServerFault } from '../../rules/compute/server.ts';
import { flavorIn, keyPairsIn } from '../../rules/compute/stored-objects.ts';
import { epochMicros } from '../naive-times.ts';

type Row = Omit<
  Server,
  'flavor' | 'keyPairs' | 'lockedReason' | 'metadata' | 'systemMetadata' | 'tags' | 'fault'
> & {
  flavor: string | null;
  keypairs: string | null;
  metadata: Record<string, string> | null;
  systemMetadata: Record<string, string | null> | null;
  tags: string[] | null;
  fault: ServerFault | null;
};

/**
 * NOTE: nova/db/main/api.py, instance_fault_get_by_instance_uuids takes the fault of the greatest id. It shows none that
 * was deleted along with its server; here those of a deleted server are shown.
 */
const FAULT = `select json_build_object('code', code, 'message', coalesce(message, ''), 'details', coalesce(details, ''),
    'createdAt', ${epochMicros('created_at')})
  from instance_faults f where f.instance_uuid = i.uuid and (f.deleted = 0) = (i.deleted = 0) order by f.id desc limit 1`;

/** What Nova keeps of a deleted server beside its row was deleted along with it, but for system metadata. */
const SERVER = `select i.id, i.uuid, i.user_id as "userId", i.project_id as "projectId",
    i.display_name as "displayName", i.display_description as "displayDescription", i.hostname, i.host, i.node,
    i.vm_state as "vmState", i.task_state as "taskState", i.power_state as "powerState", i.progress,
    i.availability_zone as "availabilityZone", i.reservation_id as "reservationId", i.launch_index as "launchIndex",
    i.image_ref as "imageRef", i.kernel_id as "kernelId", i.ramdisk_id as "ramdiskId",
    i.root_device_name as "rootDeviceName", i.os_type as "osType", i.architecture, i.key_name as "keyName",
    i.user_data as "userData", coalesce(i.config_drive, '') <> '' as "hasConfigDrive",
    coalesce(i.auto_disk_config, false) as "hasAutoDiskConfig",
    coalesce(i.disable_terminate, false) as "isTerminateDisabled", i.access_ip_v4 as "accessIpV4",
    i.access_ip_v6 as "accessIpV6", i.memory_mb as "memoryMb", i.vcpus, i.root_gb as "rootGb",
    i.ephemeral_gb as "ephemeralGb", coalesce(i.locked, false) as "isLocked", i.locked_by as "lockedBy",
    ${epochMicros('i.created_at')} as "createdAt", ${epochMicros('i.updated_at')} as "updatedAt",
    ${epochMicros('i.launched_at')} as "launchedAt", ${epochMicros('i.terminated_at')} as "terminatedAt",
    i.deleted is distinct from 0 as "isDeleted", ${epochMicros('i.deleted_at')} as "deletedAt", e.flavor, e.keypairs,
    (select network_info from instance_info_caches c where c.instance_uuid = i.uuid limit 1) as "networkInfo",
    (select json_object_agg(coalesce(key, ''), coalesce(value, '') order by m.id) from instance_metadata m
      where m.instance_uuid = i.uuid and (m.deleted = 0) = (i.deleted = 0)) as metadata,
    (select json_object_agg(key, value order by s.id) from instance_system_metadata s
      where s.instance_uuid = i.uuid) as "systemMetadata",
    (select json_agg(tag order by tag collate "C") from tags where resource_id = i.uuid) as tags,
    (${FAULT}) as fault
  from instances i
  left join lateral (select flavor, keypairs from instance_extra e where e.instance_uuid = i.uuid
    order by e.id desc limit 1) e on true
  where i.uuid`;

/**
 * Reads everything of a server in one statement; null where the cell has none of this uuid. One that was deleted is
 * found too, with what was deleted along with it.
 */
export async function findServer(em: EntityManager, uuid: string): Promise<Server | null> {
  const [row] = await em.execute<Row[]>(`${SERVER} = ?`, [uuid]);
  return row ? serverOf(row) : null;
}

/** Reads the same of many servers, in the order of their rows' numbers; those that are not there are left out. */
export async function findServers(em: EntityManager, uuids: string[]): Promise<Server[]> {
  const rows = await em.execute<Row[]>(
    `${SERVER} in (select jsonb_array_elements_text(?::jsonb)) order by i.id`,
    [JSON.stringify(uuids)],
  );
  return rows.map(serverOf);
}

function serverOf({ flavor, keypairs, metadata, systemMetadata, tags, ...columns }: Row): Server {
  return {
    ...columns,
    flavor: flavorIn(flavor),
    keyPairs: keyPairsIn(keypairs),
    metadata: metadata ?? {},
    systemMetadata: systemMetadata ?? {},
    lockedReason: systemMetadata?.['locked_reason'] ?? null,
    tags: tags ?? [],
  };
}
