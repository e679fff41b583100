import { heartbeat } from '@temporalio/activity';
import type { Reason } from '../rules/compute/lost-server.ts';
import type {
  ServerCreateRequest,
  ServerDeleteRequest,
  ServerRequest,
  ServerSetRequest,
} from '../rules/compute/new-server.ts';
import type { ServerEvent } from '../rules/compute/server-event.ts';
import { RuleError, Transient } from '../rules/errors.ts';
import type { Asked } from '../rules/run-request.ts';
import type { ServerCreation } from '../services/compute/server-creation.ts';
import type { ServerDeletion } from '../services/compute/server-deletion.ts';
import type { ServerUpdate } from '../services/compute/server-update.ts';
import type { ServerGuests } from '../services/compute/server-guests.ts';

type Create = Asked<ServerCreateRequest>;
type Change = Asked<ServerDeleteRequest>;

/** A worker that dies in the middle of a driver's work is noticed by the end of these. */
const BEAT_MS = 2000;

export type ServerParts = {
  creation: ServerCreation;
  deletion: ServerDeletion;
  guests: ServerGuests;
  update: ServerUpdate;
  announce: (request: Asked<ServerRequest> & { cell: string; event: ServerEvent }) => Promise<void>;
};

export const createServerActivities = ({ creation, deletion, guests, update, announce }: ServerParts) => ({
  acceptServer: (request: Create) => creation.accept(request),
  placeServer: (request: Create) => creation.place(request),
  spawnServer: (request: Create) => beating(guests.spawn(request)),
  finishServer: (request: Create) => creation.finish(request),
  failServer: (request: Create & Reason) => persistently(creation.fail(request)),
  beginDelete: (request: Change) => deletion.begin(request),
  destroyServer: (request: Asked<ServerRequest>) => beating(guests.destroy(request)),
  finishDelete: (request: Change) => deletion.finish(request),
  queueDelete: (request: Change) => persistently(deletion.queue(request)),
  failDelete: (request: Change & Reason) => persistently(deletion.fail(request)),
  setServer: (request: Asked<ServerSetRequest>) => update.apply(request),
  announceServer: announce,
});

export type ServerActivities = ReturnType<typeof createServerActivities>;

async function beating<T>(work: Promise<T>): Promise<T> {
  const timer = setInterval(() => heartbeat(), BEAT_MS);
  return work.finally(() => clearInterval(timer));
}

/** What refuses a step often refuses its compensation too, which must be made all the same once it can be. */
function persistently<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof RuleError ? new Transient(error.name, error.message, error.cure) : error;
  });
}
