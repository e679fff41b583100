import { instanceName } from '../../rules/compute/instance-name.ts';
import { naiveTime } from '../../rules/naive-time.ts';
import { novaTime } from '../../rules/compute/nova-object.ts';
import type { Server } from '../../rules/compute/server.ts';
import type { LockView } from '../../rules/compute/lock-view.ts';
import type { ServerView } from '../../rules/compute/server-view.ts';
import { Formatted, formattedDict, formattedDicts, formattedList, formattedLists } from './formatted.ts';
import { RecordOutput } from './outputs.ts';
import { FROM_VOLUME, networks, powerState } from './server-views.ts';

type Dict = Formatted<Record<string, unknown>>;

/**
 * The fields of `openstack server show` 10.5 at the microversion 2.100, in its order; `created`, `updated` and the times
 * of `fault` are ISO 8601 with `Z`, the others have microseconds and no zone, and are in UTC too. Sizes in `flavor` are in
 * MiB (`ram`, `swap`) and GiB (`disk`, `ephemeral`). `fault` is there only where Nova's API shows one. `cell`,
 * `last_action`, `lock` and those after it are keyward's own: the cell is null for a server that is in none yet, the action
 * and the lock for one without; `protected` is Nova's `disable_terminate`.
 */
export type ServerRecord = {
  'OS-DCF:diskConfig': 'AUTO' | 'MANUAL';
  'OS-EXT-AZ:availability_zone': string;
  'OS-EXT-SRV-ATTR:host': string | null;
  'OS-EXT-SRV-ATTR:hostname': string | null;
  'OS-EXT-SRV-ATTR:hypervisor_hostname': string | null;
  'OS-EXT-SRV-ATTR:instance_name': string;
  'OS-EXT-SRV-ATTR:kernel_id': string | null;
  'OS-EXT-SRV-ATTR:launch_index': number | null;
  'OS-EXT-SRV-ATTR:ramdisk_id': string | null;
  'OS-EXT-SRV-ATTR:reservation_id': string | null;
  'OS-EXT-SRV-ATTR:root_device_name': string | null;
  'OS-EXT-SRV-ATTR:user_data': string | null;
  'OS-EXT-STS:power_state': Formatted<number | null>;
  'OS-EXT-STS:task_state': string | null;
  'OS-EXT-STS:vm_state': string | null;
  'OS-SRV-USG:launched_at': string | null;
  'OS-SRV-USG:terminated_at': string | null;
  accessIPv4: string;
  accessIPv6: string;
  addresses: Formatted<Record<string, string[]>>;
  config_drive: string;
  created: string | null;
  description: string | null;
  flavor: Dict;
  hostId: string;
  id: string;
  image: string;
  key_name: string | null;
  locked: boolean;
  locked_reason: string | null;
  name: string | null;
  pinned_availability_zone: string | null;
  progress: number | null;
  project_id: string;
  properties: Formatted<Record<string, string>>;
  scheduler_hints: Formatted<Record<string, string[]>>;
  server_groups: string[];
  status: string;
  tags: Formatted<string[]>;
  trusted_image_certificates: string[] | null;
  updated: string | null;
  user_id: string;
  volumes_attached: Formatted<Record<string, unknown>[]>;
  cell: string | null;
  last_action: Dict | null;
  lock: Dict | null;
  protected: boolean;
  protected_reason: string | null;
  fault?: Dict;
};

/** Nova shows these for servers of some statuses only (`nova/api/openstack/compute/views/servers.py`). */
const WITH_FAULT = ['ERROR', 'DELETED'];
const WITH_PROGRESS = ['ACTIVE', 'BUILD', 'REBUILD', 'RESIZE', 'VERIFY_RESIZE', 'MIGRATING'];

export function serverRecord(view: ServerView): ServerRecord {
  const { server, status, requested } = view;
  return {
    ...extendedAttributes(view),
    accessIPv4: server.accessIpV4 ?? '',
    accessIPv6: server.accessIpV6 ?? '',
    addresses: networks(view.addresses),
    config_drive: server.hasConfigDrive ? 'True' : '',
    created: novaTime(server.createdAt),
    description: server.displayDescription,
    flavor: formattedDict(flavorOf(server)),
    hostId: view.hostId,
    id: server.uuid,
    image: server.imageRef || FROM_VOLUME,
    key_name: server.keyName,
    locked: server.lockedBy !== null,
    locked_reason: server.lockedReason,
    name: server.displayName,
    pinned_availability_zone: requested.availabilityZone,
    progress: WITH_PROGRESS.includes(status) ? (server.progress ?? 0) : null,
    project_id: server.projectId ?? '',
    properties: formattedDict(server.metadata),
    scheduler_hints: formattedLists(requested.schedulerHints ?? {}),
    server_groups: view.groups,
    status,
    tags: formattedList(server.tags),
    trusted_image_certificates: view.trustedCerts,
    updated: novaTime(server.updatedAt),
    user_id: server.userId ?? '',
    volumes_attached: formattedDicts(view.volumes),
    cell: view.cell,
    last_action: view.lastAction && formattedDict(view.lastAction),
    lock: view.lock && formattedDict(lockOf(view.lock)),
    protected: server.isTerminateDisabled,
    protected_reason: server.isTerminateDisabled ? (view.protection?.reason ?? null) : null,
    ...(server.fault && WITH_FAULT.includes(status) && { fault: formattedDict(faultOf(server.fault)) }),
  };
}

type Extended = Extract<keyof ServerRecord, `OS-${string}`>;

const extendedAttributes = ({ server, availabilityZone }: ServerView): Pick<ServerRecord, Extended> => ({
  'OS-DCF:diskConfig': server.hasAutoDiskConfig ? 'AUTO' : 'MANUAL',
  'OS-EXT-AZ:availability_zone': availabilityZone ?? '',
  'OS-EXT-SRV-ATTR:host': server.host,
  'OS-EXT-SRV-ATTR:hostname': server.hostname,
  'OS-EXT-SRV-ATTR:hypervisor_hostname': server.node,
  'OS-EXT-SRV-ATTR:instance_name': instanceName(server.id),
  'OS-EXT-SRV-ATTR:kernel_id': server.kernelId,
  'OS-EXT-SRV-ATTR:launch_index': server.launchIndex,
  'OS-EXT-SRV-ATTR:ramdisk_id': server.ramdiskId,
  'OS-EXT-SRV-ATTR:reservation_id': server.reservationId,
  'OS-EXT-SRV-ATTR:root_device_name': server.rootDeviceName,
  'OS-EXT-SRV-ATTR:user_data': server.userData,
  'OS-EXT-STS:power_state': powerState(server.powerState),
  'OS-EXT-STS:task_state': server.taskState,
  'OS-EXT-STS:vm_state': server.vmState,
  'OS-SRV-USG:launched_at': naiveTime(server.launchedAt),
  'OS-SRV-USG:terminated_at': naiveTime(server.terminatedAt),
});

/** Nova tells what a server was made with, and not the flavor's id, which may be another's by now. */
const flavorOf = ({ flavor }: Server): Record<string, unknown> =>
  flavor === null
    ? {}
    : {
        disk: flavor.rootGb,
        ephemeral: flavor.ephemeralGb,
        extra_specs: flavor.extraSpecs,
        original_name: flavor.name,
        ram: flavor.memoryMb,
        swap: flavor.swap,
        vcpus: flavor.vcpus,
      };

const faultOf = ({ code, createdAt, message, details }: NonNullable<Server['fault']>) => ({
  code,
  created: novaTime(createdAt),
  message,
  ...(details !== '' && { details }),
});

/** Who has locked it, for how long, and whether that is still as it was put on. */
const lockOf = ({ lockedBy, userId, projectId, by, since, until, run, drift }: LockView) => ({
  locked_by: lockedBy,
  user_id: userId,
  project_id: projectId,
  account: by,
  since,
  until,
  run,
  drift,
});

export const shownServer = new RecordOutput<ServerRecord>(
  [
    'OS-DCF:diskConfig',
    'OS-EXT-AZ:availability_zone',
    'OS-EXT-SRV-ATTR:host',
    'OS-EXT-SRV-ATTR:hostname',
    'OS-EXT-SRV-ATTR:hypervisor_hostname',
    'OS-EXT-SRV-ATTR:instance_name',
    'OS-EXT-SRV-ATTR:kernel_id',
    'OS-EXT-SRV-ATTR:launch_index',
    'OS-EXT-SRV-ATTR:ramdisk_id',
    'OS-EXT-SRV-ATTR:reservation_id',
    'OS-EXT-SRV-ATTR:root_device_name',
    'OS-EXT-SRV-ATTR:user_data',
    'OS-EXT-STS:power_state',
    'OS-EXT-STS:task_state',
    'OS-EXT-STS:vm_state',
    'OS-SRV-USG:launched_at',
    'OS-SRV-USG:terminated_at',
    'accessIPv4',
    'accessIPv6',
    'addresses',
    'config_drive',
    'created',
    'description',
    'flavor',
    'hostId',
    'id',
    'image',
    'key_name',
    'locked',
    'locked_reason',
    'name',
    'pinned_availability_zone',
    'progress',
    'project_id',
    'properties',
    'scheduler_hints',
    'server_groups',
    'status',
    'tags',
    'trusted_image_certificates',
    'updated',
    'user_id',
    'volumes_attached',
    'cell',
    'last_action',
    'lock',
    'protected',
    'protected_reason',
  ],
  ['fault'],
);
