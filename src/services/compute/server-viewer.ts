import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.ts';
import { findBuildingServer } from '../../database/nova-api/build-requests.ts';
import { groupsOf, readRequestSpecs, zonesOfHosts } from '../../database/nova-api/server-requests.ts';
import { readServerDetails, type ServerDetails } from '../../database/nova-cell/server-details.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import { addressesIn } from '../../rules/compute/addresses.ts';
import { nameOf } from '../../rules/compute/cell.ts';
import { isUuid } from '../../rules/uuid.ts';
import { serverNotFound } from '../../rules/compute/server-refusals.ts';
import type { ServerView } from '../../rules/compute/server-view.ts';
import { BUILDING, serverStatus } from '../../rules/compute/server-status.ts';
import type { Server } from '../../rules/compute/server.ts';
import { type RequestSpec, trustedCertsIn } from '../../rules/compute/stored-objects.ts';
import { hostId } from './host-id.ts';
import { zoneOf } from './listed-server.ts';
import { shownLock } from './lock-view.ts';
import type { ServerFinder } from './server-finder.ts';

const NO_REQUEST: RequestSpec = { availabilityZone: null, schedulerHints: null };
const NO_DETAILS: ServerDetails = {
  networkInfo: null,
  trustedCerts: null,
  volumes: [],
  lastAction: null,
  lock: null,
  protection: null,
};

/** Shows a server as Nova's API does to an admin, with its cell and what was asked of it last. */
export class ServerViewer {
  readonly #database: Database;
  readonly #finder: ServerFinder;

  constructor(database: Database, finder: ServerFinder) {
    this.#database = database;
    this.#finder = finder;
  }

  /** A deleted server is shown too, if it is named by its uuid. Refuses as `ServerFinder` does. */
  async show(nameOrId: string, deadlineMs: number): Promise<ServerView> {
    const byId = isUuid(nameOrId) ? await this.#read(nameOrId, deadlineMs) : null;
    const { cell, server, details } = byId ?? (await this.#named(nameOrId, deadlineMs));
    const beside = await this.#database.read(async (em) => ({
      requested: (await readRequestSpecs(em, [server.uuid])).get(server.uuid) ?? NO_REQUEST,
      groups: await groupsOf(em, server.uuid),
      zones: await zonesOfHosts(em),
    }));
    return {
      server,
      cell,
      status: serverStatus(server),
      // Nova hides them while a server is being built (`nova/api/openstack/compute/views/servers.py`).
      addresses: server.vmState === BUILDING ? {} : addressesIn(details.networkInfo),
      availabilityZone: zoneOf(server, beside.zones),
      hostId: hostId(server.host, server.projectId),
      requested: beside.requested,
      groups: beside.groups,
      trustedCerts: trustedCertsIn(details.trustedCerts),
      volumes: details.volumes,
      lastAction: details.lastAction,
      lock: details.lock && shownLock(details.lock),
      protection: details.protection,
    };
  }

  async #named(name: string, deadlineMs: number): Promise<ReadServer> {
    const { uuid } = await this.#finder.locate(name, { deadlineMs });
    const read = await this.#read(uuid, deadlineMs);
    if (read === null) throw serverNotFound(name);
    return read;
  }

  /** Reads a server of which the uuid is known; null where there is none. */
  async #read(uuid: string, deadlineMs: number): Promise<ReadServer | null> {
    const read = await this.#finder.readUuid(uuid, readServer, { deadlineMs });
    if (read === null) return null;
    if (read.cell !== null) return { cell: nameOf(read.cell), ...read.value };
    const server = await this.#database.read((em) => findBuildingServer(em, uuid.toLowerCase()));
    return server && { cell: null, server, details: NO_DETAILS };
  }
}

type InCell = { server: Server; details: ServerDetails };
type ReadServer = InCell & { cell: string | null };

async function readServer(em: EntityManager, uuid: string): Promise<InCell | null> {
  const server = await findServer(em, uuid);
  return server && { server, details: await readServerDetails(em, uuid) };
}
