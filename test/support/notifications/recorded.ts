import { readFileSync } from 'node:fs';
import type { KeyPair } from '../../../src/rules/compute/key-pair.ts';
import type { NovaObject } from '../../../src/rules/compute/nova-object.ts';
import type { Exception } from '../../../src/rules/compute/notifications/exception-payload.ts';
import type { Server } from '../../../src/rules/compute/server.ts';

/** A notification that a real Nova 34 has sent. */
export type Recorded = {
  message_id: string;
  publisher_id: string;
  event_type: string;
  priority: string;
  payload: NovaObject;
  timestamp: string;
};

const FOLDER = 'test/fixtures/upstream/nova';

export const recorded = (name: string): Recorded =>
  JSON.parse(readFileSync(`${FOLDER}/notifications/${name}.json`, 'utf8')) as Recorded;

type Data = Record<string, never>;
const dataOf = (object: NovaObject): Data => object['nova_object.data'] as Data;
const micros = (text: string | null): number | null => (text === null ? null : Date.parse(text) * 1000);
const POWER = ['pending', 'running', '', 'paused', 'shutdown', '', 'crashed', 'suspended'];

/** Gives the key pair that a payload tells of. */
export function keyPairOf(payload: NovaObject): KeyPair {
  const data = dataOf(payload);
  return {
    id: 1,
    name: data['name']!,
    userId: data['user_id']!,
    type: data['type']!,
    fingerprint: data['fingerprint']!,
    publicKey: data['public_key']!,
    createdAt: null,
  };
}

export function exceptionOf(payload: NovaObject): Exception {
  const data = dataOf(payload);
  return {
    module: data['module_name']!,
    function: data['function_name']!,
    name: data['exception']!,
    message: data['exception_message']!,
    traceback: data['traceback']!,
  };
}

/** Gives the request that a payload tells of. */
export function initiatorOf(payload: NovaObject) {
  const data = dataOf(payload);
  return {
    requestId: data['request_id']! as string,
    caller: {
      userId: data['action_initiator_user']! as string,
      projectId: data['action_initiator_project']! as string,
    },
  };
}

/** Gives the server that a payload tells of; what a payload never has is set to what none may tell. */
export function serverOf(payload: NovaObject): Server {
  const data = dataOf(payload);
  const flavor = dataOf(data['flavor']!);
  return {
    ...untold,
    id: Number.parseInt(/[0-9a-f]{8}$/.exec(data['instance_name'] ?? '00000001')![0], 16),
    uuid: data['uuid']!,
    userId: data['user_id']!,
    projectId: data['tenant_id']!,
    displayName: data['display_name']!,
    displayDescription: data['display_description']!,
    hostname: data['host_name']!,
    host: data['host']!,
    node: data['node']!,
    vmState: data['state']!,
    taskState: data['task_state']!,
    powerState: POWER.indexOf(data['power_state']!),
    progress: data['progress']!,
    availabilityZone: data['availability_zone']!,
    reservationId: data['reservation_id']!,
    imageRef: data['image_uuid']!,
    kernelId: data['kernel_id']!,
    ramdiskId: data['ramdisk_id']!,
    osType: data['os_type']!,
    architecture: data['architecture']!,
    keyName: data['key_name']!,
    keyPairs: ((data['keypairs'] ?? []) as NovaObject[]).map(keyPairOf),
    hasAutoDiskConfig: data['auto_disk_config'] === 'AUTO',
    isTerminateDisabled: false,
    flavor: {
      id: 1,
      flavorid: flavor['flavorid']!,
      name: flavor['name']!,
      memoryMb: flavor['memory_mb']!,
      vcpus: flavor['vcpus']!,
      rootGb: flavor['root_gb']!,
      ephemeralGb: flavor['ephemeral_gb']!,
      swap: flavor['swap']!,
      rxtxFactor: flavor['rxtx_factor']!,
      vcpuWeight: flavor['vcpu_weight']!,
      isDisabled: flavor['disabled']!,
      isPublic: flavor['is_public']!,
      description: flavor['description']!,
      extraSpecs: flavor['extra_specs']!,
      createdAt: null,
      updatedAt: null,
    },
    isLocked: data['locked']!,
    lockedReason: data['locked_reason']!,
    metadata: data['metadata']!,
    tags: data['tags'] ?? [],
    createdAt: micros(data['created_at']!),
    updatedAt: micros(data['updated_at']!),
    launchedAt: micros(data['launched_at']!),
    terminatedAt: micros(data['terminated_at']!),
    deletedAt: micros(data['deleted_at']!),
  };
}

/** Nothing of this may be found in a notification. */
export const SECRET = 'c2VjcmV0IHVzZXIgZGF0YQ==';

const untold = {
  launchIndex: 0,
  rootDeviceName: null,
  userData: SECRET,
  networkInfo: null,
  hasConfigDrive: false,
  accessIpV4: null,
  accessIpV6: null,
  memoryMb: null,
  vcpus: null,
  rootGb: null,
  ephemeralGb: null,
  lockedBy: null,
  systemMetadata: { secret: SECRET },
  fault: { code: 500, message: SECRET, details: SECRET, createdAt: null },
  isDeleted: false,
} as const;
