import type { Addresses } from './addresses.ts';
import type { LockView } from './lock-view.ts';
import type { Protection } from './server-protection.ts';
import type { Server } from './server.ts';
import type { RequestSpec } from './stored-objects.ts';

/** A server of a list. Its creation is ISO 8601 in UTC, in whole seconds; `flavor` is a name. */
export type ListedServer = {
  uuid: string;
  name: string | null;
  status: string;
  taskState: string | null;
  powerState: number | null;
  addresses: Addresses;
  imageRef: string | null;
  flavor: string | null;
  availabilityZone: string | null;
  node: string | null;
  metadata: Record<string, string>;
  pinnedZone: string | null;
  projectId: string | null;
  userId: string | null;
  createdAt: string | null;
  isLocked: boolean;
  lockedReason: string | null;
  cell: string | null;
};

/** A volume of a server; one that is deleted with it is marked so. */
export type Volume = { id: string; delete_on_termination: boolean | null };

/** What was asked of a server last. `result` is of the newest step: null while that runs, or where there is none. */
export type LastAction = {
  action: string | null;
  request_id: string | null;
  start_time: string | null;
  message: string | null;
  result: string | null;
};

/** Everything that is shown of a server. `cell` is a name, and null where no cell has been chosen for it. */
export type ServerView = {
  server: Server;
  cell: string | null;
  status: string;
  addresses: Addresses;
  availabilityZone: string | null;
  hostId: string;
  requested: RequestSpec;
  groups: string[];
  trustedCerts: string[] | null;
  volumes: Volume[];
  lastAction: LastAction | null;
  /** Null where the server has no lock, and keyward has put on none. */
  lock: LockView | null;
  protection: Protection | null;
};
