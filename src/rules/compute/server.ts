import type { Flavor } from './flavor.ts';
import type { KeyPair } from './key-pair.ts';

/** The newest error that a server met. `details` are for admins. */
export type ServerFault = { code: number; message: string; details: string; createdAt: number | null };

/**
 * A server as its cell's database has it. Every time is in microseconds since the epoch. `id` is the row's number, from
 * which Nova makes the name that a hypervisor knows the server by (`instance-0000002a`). A flavor is what the server was
 * made with, whatever has become of it since; it is null where the row's text can't be read.
 */
export type Server = {
  id: number;
  uuid: string;
  userId: string | null;
  projectId: string | null;
  displayName: string | null;
  displayDescription: string | null;
  hostname: string | null;
  host: string | null;
  node: string | null;
  vmState: string | null;
  taskState: string | null;
  /** Nova's numbers (`nova/objects/fields.py`, InstancePowerState): 0 none, 1 running, 3 paused, 4 shutdown, 6 crashed. */
  powerState: number | null;
  progress: number | null;
  availabilityZone: string | null;
  reservationId: string | null;
  launchIndex: number | null;
  imageRef: string | null;
  kernelId: string | null;
  ramdiskId: string | null;
  rootDeviceName: string | null;
  osType: string | null;
  architecture: string | null;
  keyName: string | null;
  keyPairs: KeyPair[];
  /** Base64, as Nova keeps it. It is secret. */
  userData: string | null;
  /** JSON, as Nova keeps it: the server's interfaces with their addresses. */
  networkInfo: string | null;
  hasConfigDrive: boolean;
  hasAutoDiskConfig: boolean;
  /** Nova deletes no such server, and nothing in its API shows it. */
  isTerminateDisabled: boolean;
  accessIpV4: string | null;
  accessIpV6: string | null;
  flavor: Flavor | null;
  memoryMb: number | null;
  vcpus: number | null;
  rootGb: number | null;
  ephemeralGb: number | null;
  isLocked: boolean;
  lockedBy: 'owner' | 'admin' | null;
  lockedReason: string | null;
  metadata: Record<string, string>;
  systemMetadata: Record<string, string | null>;
  tags: string[];
  fault: ServerFault | null;
  createdAt: number | null;
  updatedAt: number | null;
  launchedAt: number | null;
  terminatedAt: number | null;
  isDeleted: boolean;
  deletedAt: number | null;
};
