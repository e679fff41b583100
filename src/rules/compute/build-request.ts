import { shortened } from '../text-length.ts';
import type { Flavor } from './flavor.ts';
import type { BootImage, NewServer, Owner } from './new-server.ts';
import { type NovaObject, novaObject } from './nova-object.ts';
import { flavorObject, keyPairListObject } from './stored-objects.ts';

type Data = Record<string, unknown>;
/** `userData` is base64. */
export type Wanted = { server: NewServer; owner: Owner; userData: string | null };

/** Nova takes fields that are not named as changed for such as are stored already. */
const changed = (name: string, version: string, data: Data): NovaObject => ({
  ...novaObject(name, version, data),
  'nova_object.changes': Object.keys(data),
});

const noPciRequests = (): NovaObject => changed('InstancePCIRequests', '1.1', { requests: [] });

/** Gives Nova's system metadata of a server that was made from the image. NOTE: nova/utils.py, get_system_metadata_from_image. */
export function bootMetadata({ server }: Pick<Wanted, 'server'>): Record<string, string> {
  const { image, flavor } = server;
  const properties = Object.entries(image.properties).map(([key, value]) => [
    `image_${key}`,
    shortened(value, 255),
  ]);
  return {
    ...(Object.fromEntries(properties) as Record<string, string>),
    image_min_ram: String(image.minRam),
    image_min_disk: String(Math.max(image.minDisk, flavor.rootGb)),
    image_disk_format: image.diskFormat,
    image_container_format: image.containerFormat,
    image_base_image_ref: image.id,
  };
}

/** What is so of every new server. */
const UNSET = {
  locked: false,
  os_type: null,
  architecture: null,
  vm_mode: null,
  root_device_name: null,
  access_ip_v4: null,
  access_ip_v6: null,
  auto_disk_config: false,
  progress: 0,
  shutdown_terminate: false,
  old_flavor: null,
  new_flavor: null,
  trusted_certs: null,
};

const sizes = (flavor: Flavor) => ({
  instance_type_id: flavor.id,
  memory_mb: flavor.memoryMb,
  vcpus: flavor.vcpus,
  root_gb: flavor.rootGb,
  ephemeral_gb: flavor.ephemeralGb,
});

/** Writes `build_requests.instance`: the server as Nova shows it until it is in a cell (`nova/objects/instance.py`, 2.8). */
export function buildInstance({ server, owner, userData }: Wanted): string {
  const { flavor, keyPair } = server;
  const data = {
    user_id: owner.userId,
    project_id: owner.projectId,
    image_ref: server.image.id,
    kernel_id: '',
    ramdisk_id: '',
    hostname: server.hostname,
    launch_index: 0,
    key_name: keyPair?.name ?? null,
    key_data: keyPair?.publicKey ?? null,
    power_state: 0,
    vm_state: 'building',
    task_state: 'scheduling',
    ...sizes(flavor),
    ephemeral_key_uuid: null,
    user_data: userData,
    reservation_id: server.reservationId,
    availability_zone: null,
    display_name: server.name,
    display_description: server.description,
    uuid: server.uuid,
    config_drive: server.hasConfigDrive ? 'True' : '',
    ...UNSET,
    metadata: server.metadata,
    system_metadata: bootMetadata({ server }),
    info_cache: changed('InstanceInfoCache', '1.5', { instance_uuid: server.uuid, network_info: '[]' }),
    security_groups: novaObject('SecurityGroupList', '1.1', { objects: [] }),
    numa_topology: null,
    pci_requests: noPciRequests(),
    flavor: flavorObject(flavor),
    keypairs: keyPairListObject(keyPair ? [keyPair] : []),
  };
  return JSON.stringify(changed('Instance', '2.8', data));
}

/** Writes `build_requests.block_device_mappings`: the server's disk, which is made from its image. */
export const buildDisks = ({ server }: Pick<Wanted, 'server'>): string =>
  JSON.stringify(
    changed('BlockDeviceMappingList', '1.18', {
      objects: [
        changed('BlockDeviceMapping', '1.21', {
          instance_uuid: server.uuid,
          source_type: 'image',
          destination_type: 'local',
          guest_format: null,
          device_type: 'disk',
          disk_bus: null,
          boot_index: 0,
          device_name: null,
          delete_on_termination: true,
          snapshot_id: null,
          volume_id: null,
          volume_size: null,
          image_id: server.image.id,
          no_device: false,
          connection_info: null,
          tag: null,
          volume_type: null,
          encrypted: false,
          encryption_secret_uuid: null,
          encryption_format: null,
          encryption_options: null,
        }),
      ],
    }),
  );

/** Writes `build_requests.tags`. */
export const buildTags = ({ server }: Pick<Wanted, 'server'>): string =>
  JSON.stringify(
    changed('TagList', '1.1', {
      objects: server.tags.map((tag) => changed('Tag', '1.1', { resource_id: server.uuid, tag })),
    }),
  );

const imageMeta = (image: BootImage): NovaObject =>
  changed('ImageMeta', '1.8', {
    id: image.id,
    name: image.name,
    status: 'active',
    checksum: image.checksum,
    size: image.sizeBytes,
    container_format: image.containerFormat,
    disk_format: image.diskFormat,
    min_ram: image.minRam,
    min_disk: image.minDisk,
    properties: novaObject('ImageMetaProps', '1.44', {}),
  });

const noLimits = (): NovaObject =>
  changed('SchedulerLimits', '1.0', { numa_topology: null, vcpu: null, disk_gb: null, memory_mb: null });

/** Writes `request_specs.spec`, by which a Nova would place the server again (`nova/objects/request_spec.py`, 1.15). */
export function requestSpec({ server, owner }: Pick<Wanted, 'server' | 'owner'>): string {
  const group = changed('SecurityGroup', '1.2', { name: 'default' });
  return JSON.stringify(
    changed('RequestSpec', '1.15', {
      image: imageMeta(server.image),
      numa_topology: null,
      pci_requests: noPciRequests(),
      project_id: owner.projectId,
      user_id: owner.userId,
      availability_zone: null,
      flavor: flavorObject(server.flavor),
      num_instances: 1,
      ignore_hosts: null,
      force_hosts: null,
      force_nodes: null,
      requested_destination: null,
      retry: null,
      limits: noLimits(),
      instance_group: null,
      scheduler_hints: {},
      instance_uuid: server.uuid,
      security_groups: changed('SecurityGroupList', '1.1', { objects: [group] }),
      is_bfv: false,
      requested_resources: [],
    }),
  );
}

/** Reads the user data (base64) in a build request's instance. */
export const userDataIn = (instance: string): string | null =>
  (JSON.parse(instance) as NovaObject<{ user_data: string | null }>)['nova_object.data'].user_data;
