import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import { findBuildingServer } from '../../database/nova-api/build-requests.ts';
import { groupsOf, readRequestSpecs, zonesOfHosts } from '../../database/nova-api/server-requests.ts';
import { readServerDetails, type ServerDetails } from '../../database/nova-cell/server-details.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import { addressesIn } from '../../rules/compute/addresses.ts';
import { nameOf } from '../../rules/compute/cell.ts';
import { serverNotFound } from '../../rules/compute/server-refusals.ts';
import type { ServerView } from '../../rules/compute/server-view.ts';
import { BUILDING, serverStatus } from '../../rules/compute/server-status.ts';
import type { Server } from '../../rules/compute/server.ts';
import { type RequestSpec, trustedCertsIn } from '../../rules/compute/stored-objects.ts';
import { hostId } from './host-id.ts';
import { zoneOf } from './listed-server.ts';
import type { Place, ServerFinder } from './server-finder.ts';

const NO_REQUEST: RequestSpec = { availabilityZone: null, schedulerHints: null };
const NO_DETAILS: ServerDetails = { networkInfo: null, trustedCerts: null, volumes: [], lastAction: null };

/** Shows a server as Nova's API does to an admin, with its cell and what was asked of it last. */
export class ServerViewer {
  readonly #database: Database;
  readonly #cells: Cells;
  readonly #finder: ServerFinder;

  constructor(database: Database, cells: Cells, finder: ServerFinder) {
    this.#database = database;
    this.#cells = cells;
    this.#finder = finder;
  }

  /** A deleted server is shown too, if it is named by its uuid. Refuses as `ServerFinder` does. */
  async show(nameOrId: string, deadlineMs: number): Promise<ServerView> {
    const place = await this.#finder.locate(nameOrId, { deleted: true, deadlineMs });
    const { server, details } = await this.#read(place, deadlineMs);
    const beside = await this.#database.read(async (em) => ({
      requested: (await readRequestSpecs(em, [server.uuid])).get(server.uuid) ?? NO_REQUEST,
      groups: await groupsOf(em, server.uuid),
      zones: await zonesOfHosts(em),
    }));
    return {
      server,
      cell: place.cell && nameOf(place.cell),
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
    };
  }

  async #read(
    { cell, uuid }: Place,
    deadlineMs: number,
  ): Promise<{ server: Server; details: ServerDetails }> {
    if (cell === null) {
      const server = await this.#database.read((em) => findBuildingServer(em, uuid));
      if (server === null) throw serverNotFound(uuid);
      return { server, details: NO_DETAILS };
    }
    const { answers, failures } = await this.#cells.each(
      async (em) => {
        const server = await findServer(em, uuid);
        return server && { server, details: await readServerDetails(em, uuid) };
      },
      { deadlineMs, among: [cell] },
    );
    if (failures[0]) throw failures[0].error;
    const found = answers[0]!.value;
    if (!found) throw serverNotFound(uuid);
    return found;
  }
}
