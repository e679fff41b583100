import type { RunInput } from '../run-request.ts';
import type { Requester } from '../requester.ts';
import { runId, type Target } from '../target.ts';
import type { Caller } from './caller.ts';
import type { Flavor } from './flavor.ts';
import type { KeyPair } from './key-pair.ts';

/** What a server keeps of the image that it was made from; sizes are in GiB (`minDisk`) and MiB (`minRam`). */
export type BootImage = {
  id: string;
  name: string;
  checksum: string;
  sizeBytes: number;
  diskFormat: string;
  containerFormat: string;
  minDisk: number;
  minRam: number;
  properties: Record<string, string>;
};

/**
 * A server that is asked for, with everything that was looked up for it, so that what is made does not depend on when.
 * Its user data is not among it: that is never sent to Temporal, and waits in the API database.
 */
export type NewServer = {
  uuid: string;
  name: string;
  description: string | null;
  hostname: string;
  flavor: Flavor;
  image: BootImage;
  keyPair: KeyPair | null;
  metadata: Record<string, string>;
  tags: string[];
  hasConfigDrive: boolean;
  hasUserData: boolean;
  reservationId: string;
  /** One of keyward's hosts, and the uuid of its cell. */
  host: string;
  cell: string;
};

/** Whose server it is: nobody may own one as an admin of no project. */
export type Owner = { userId: string; projectId: string };

/** What every workflow on one server is given. */
export type ServerRequest = RunInput & { requester: Requester; caller: Caller; uuid: string };

/** The input of the workflow that makes a server. */
export type ServerCreateRequest = ServerRequest & { caller: Owner; server: NewServer };

/** The input of workflows on a server that is there; `cell` is the uuid of the cell that it is in. */
export type ServerChangeRequest = ServerRequest & { cell: string; host: string | null };

/** The input of the workflow that deletes one; `cell` is null where the server is no more than a build request. */
export type ServerDeleteRequest = ServerRequest & { cell: string | null; host: string };

/** How a server is when its run has ended well. */
export type ServerOutcome = { uuid: string; state: 'active' | 'deleted' | 'changed' };

/** What is to be changed of a server that keeps its guest; what is undefined stays. Properties and tags are added. */
export type ServerPatch = {
  name?: string | undefined;
  description?: string | undefined;
  properties: Record<string, string>;
  tags: string[];
};

/** The input of the workflow that changes what a server is called. */
export type ServerSetRequest = ServerChangeRequest & { patch: ServerPatch };

/** This id is a lock: one change of a server goes on at a time. */
export const serverWorkflowId = (target: Target, uuid: string): string => `${target}/server/${uuid}`;

/** Changes that may happen beside any other one have ids of their own. */
export const serverSetWorkflowId = ({ target, requestId }: RunInput): string =>
  runId(target, 'server-set', requestId);

/** Gives what Nova's rows and notifications know the request by. */
export const novaRequestId = (requestId: string): string => `req-${requestId}`;
