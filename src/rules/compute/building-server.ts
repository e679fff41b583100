import { BUILDING } from './server-status.ts';
import type { Server } from './server.ts';
import { dataOf, flavorOf, keyPairsOf, parsed, textsIn } from './stored-objects.ts';

/** A row of `build_requests`; times are in microseconds since the epoch, and the other two are JSON of Nova's objects. */
export type StoredBuildRequest = {
  uuid: string;
  instance: string | null;
  tags: string | null;
  createdAt: number | null;
  updatedAt: number | null;
};

/**
 * Reads a server that no cell has been chosen for: it has no host and no row number, and its times are those of the
 * request. Null where the text is none of Nova's objects, which Nova takes for no server either.
 * NOTE: nova/objects/build_request.py, _load_instance.
 */
export function buildingServer({ uuid, instance, tags, ...times }: StoredBuildRequest): Server | null {
  const data = dataOf(parsed(instance));
  if (data === null) return null;
  const systemMetadata = textsIn(data['system_metadata']);
  const copied = Object.fromEntries(COPIED.map((field) => [field, data[snakeCase(field)] ?? null]));
  return {
    ...(copied as Pick<Server, (typeof COPIED)[number]>),
    ...times,
    ...UNPLACED,
    uuid,
    vmState: (data['vm_state'] as string | undefined) ?? BUILDING,
    keyPairs: keyPairsOf(data['keypairs']),
    hasConfigDrive: Boolean(data['config_drive']),
    hasAutoDiskConfig: data['auto_disk_config'] === true,
    networkInfo: null,
    isTerminateDisabled: false,
    flavor: flavorOf(data['flavor']),
    isLocked: data['locked'] === true,
    lockedReason: systemMetadata['locked_reason'] ?? null,
    metadata: textsIn(data['metadata']),
    systemMetadata,
    tags: tagsIn(tags),
  };
}

/** Nova's object has these as a server has them, under its own spelling. */
const COPIED = [
  'userId',
  'projectId',
  'displayName',
  'displayDescription',
  'hostname',
  'taskState',
  'powerState',
  'progress',
  'availabilityZone',
  'reservationId',
  'launchIndex',
  'imageRef',
  'kernelId',
  'ramdiskId',
  'rootDeviceName',
  'osType',
  'architecture',
  'keyName',
  'userData',
  'accessIpV4',
  'accessIpV6',
  'memoryMb',
  'vcpus',
  'rootGb',
  'ephemeralGb',
  'lockedBy',
] as const satisfies (keyof Server)[];

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What a server gets in a cell only. */
const UNPLACED = {
  id: 0,
  host: null,
  node: null,
  fault: null,
  launchedAt: null,
  terminatedAt: null,
  isDeleted: false,
  deletedAt: null,
};

function tagsIn(text: string | null): string[] {
  const objects = dataOf(parsed(text))?.['objects'];
  return Array.isArray(objects) ? objects.map((object) => String(dataOf(object)?.['tag'] ?? '')) : [];
}
