import { randomUUID } from 'node:crypto';
import type {
  NewServer,
  ServerCreateRequest,
  ServerDeleteRequest,
} from '../../../src/rules/compute/new-server.ts';
import type { Asked } from '../../../src/rules/run-request.ts';
import { madeUpFlavor } from '../drivers/made-up-server.ts';

/** The host of these servers, which `TestCells.services.hosts` must have registered. */
export const HOST = 'host1';
export const OWNER = { userId: 'alice', projectId: 'demo' };
export const USER_DATA = 'aGVsbG8=';

const flavor = madeUpFlavor({ createdAt: 1_780_000_000_000_000 });

const image = {
  id: 'f082d00c-f3fe-539e-bb30-af9bc53a68d6',
  name: 'img1',
  checksum: 'd41d8cd98f00b204e9800998ecf8427e',
  sizeBytes: 1024,
  diskFormat: 'raw',
  containerFormat: 'bare',
  minDisk: 0,
  minRam: 0,
  properties: { hw_machine_type: 'q35' },
};

const keyPair = {
  id: 1,
  name: 'k1',
  userId: 'alice',
  type: 'ssh' as const,
  fingerprint: '38:22:29:cb:34:0f:c6:8a:9e:a6:a1:6c:a5:03:65:94',
  publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAUKw8/zr3ehhfjotg5bSCC4ZeCI1fvVWvBBEiPcFFbe alice-key',
  createdAt: 1_780_000_000_000_000,
};

const asked = (workflow: string) => ({
  target: '0123456789ab',
  requestId: randomUUID(),
  requester: { user: 'alice', sudoUser: null, host: 'here' },
  workflow,
  // Whoever asks has a clock; tests of requests that are too old say another time.
  askedAt: new Date().toISOString(),
});

/** Makes the request for a new server in that cell. */
export function createRequest(cell: string, more: Partial<NewServer> = {}): Asked<ServerCreateRequest> {
  const uuid = randomUUID();
  const server: NewServer = {
    uuid,
    name: 'Web One',
    description: 'the first',
    hostname: 'web-one',
    flavor,
    image,
    keyPair,
    metadata: { a: 'b' },
    tags: ['t1'],
    hasConfigDrive: true,
    hasUserData: false,
    reservationId: 'r-6vcqp1xi',
    host: HOST,
    cell,
    ...more,
  };
  return { ...asked('serverCreate'), uuid, caller: OWNER, server };
}

/** Makes the request to delete a server of that cell; null: one that is in none yet. */
export const deleteRequest = (
  uuid: string,
  cell: string | null,
  more: Partial<ServerDeleteRequest> = {},
): Asked<ServerDeleteRequest> => ({
  ...asked('serverDelete'),
  uuid,
  cell,
  host: HOST,
  caller: OWNER,
  ...more,
});
