import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import { findBuildingServer, listBuildingServers } from '../../database/nova-api/build-requests.ts';
import { listCellMappings } from '../../database/nova-api/cell-mapping.repository.ts';
import { mappedCellOf } from '../../database/nova-api/instance-mappings.ts';
import { type FoundServer, serverOfUuid, serversOfName } from '../../database/nova-cell/found-servers.ts';
import { type CellMapping, type FromCells, nameOf } from '../../rules/compute/cell.ts';
import { isUuid } from '../../rules/uuid.ts';
import { serverStatus } from '../../rules/compute/server-status.ts';
import {
  ambiguousServer,
  buildingServerRefused,
  deletedServer,
  manyUnseen,
  serverNotFound,
  serverUnseen,
} from '../../rules/compute/server-refusals.ts';

/** Where a server is; `cell` is null where no cell has been chosen for it, as it is only a build request. */
export type Place = { cell: CellMapping | null; uuid: string; isDeleted: boolean };
/** Where a server is that some cell has. */
export type PlacedServer = Place & { cell: CellMapping };

type Wanted = {
  /** Finds a deleted server too, by its uuid; without it such a one is refused. */
  deleted?: boolean;
  /** How long all cells together may take, in milliseconds. */
  deadlineMs?: number;
};
type Options = { deadlineMs?: number };
/** Reads something of a server in its cell; null where the cell does not have it. */
type ReadServer<T> = (em: EntityManager, uuid: string) => Promise<T | null>;
type Read<T> = { cell: CellMapping; value: T } | { cell: null; value: null };
type Found = { cell: CellMapping | null; server: FoundServer };

/** Finds the cell that a server is in, by its uuid or its name. Every refusal is made before anything was changed. */
export class ServerFinder {
  readonly #database: Database;
  readonly #cells: Cells;

  constructor(database: Database, cells: Cells) {
    this.#database = database;
    this.#cells = cells;
  }

  /**
   * Finds a server that a cell has. Refused are a name that several have, a server that was deleted, one that is still
   * being built, and what can't be told apart since a cell does not answer (Unavailable).
   */
  async find(nameOrId: string, wanted: Wanted = {}): Promise<PlacedServer> {
    const { cell, ...place } = await this.locate(nameOrId, wanted);
    if (cell === null) throw buildingServerRefused(place.uuid);
    return { cell, ...place };
  }

  /** As `find`, for whoever can do with a server that no cell has been chosen for. */
  async locate(nameOrId: string, { deleted = false, ...options }: Wanted = {}): Promise<Place> {
    const byId = isUuid(nameOrId) ? await this.findUuid(nameOrId, options) : null;
    const place = byId ?? placeOf(await this.#byName(nameOrId, options));
    if (place.isDeleted && !deleted) throw deletedServer(place.uuid);
    return place;
  }

  /** Finds the server of a uuid, be it deleted or not; null where there is none. An Unavailable where that is not known. */
  async findUuid(uuid: string, options: Options = {}): Promise<Place | null> {
    const read = await this.readUuid(uuid, serverOfUuid, options);
    if (read === null) return null;
    const { cell, value } = read;
    return { cell, uuid: uuid.toLowerCase(), isDeleted: value?.isDeleted ?? false };
  }

  /**
   * Reads something of a server in its cell, where `read` gives null if it is not there: so one connection does. What was
   * read is null where no cell has been chosen for the server, and all is null where there is no such server. The
   * mapping tells the cell; where it tells none, or a wrong one, every cell is asked.
   */
  async readUuid<T>(given: string, read: ReadServer<T>, options: Options = {}): Promise<Read<T> | null> {
    const uuid = given.toLowerCase();
    const { cellId, isBuilding, all } = await this.#mapping(uuid);
    const use = (em: EntityManager) => read(em, uuid);
    const first = await this.#cells.each(use, { ...options, among: all.filter(({ id }) => id === cellId) });
    const [unseen] = first.failures;
    if (unseen) throw serverUnseen(uuid, unseen);
    const found = firstRead(first);
    if (found) return found;
    if (isBuilding) return { cell: null, value: null };
    const others = await this.#cells.each(use, { ...options, among: all.filter(({ id }) => id !== cellId) });
    const elsewhere = firstRead(others);
    if (elsewhere) return elsewhere;
    if (others.failures.length > 0) throw manyUnseen(uuid, others.failures, []);
    return null;
  }

  #mapping = (uuid: string) =>
    this.#database.read(async (em) => ({
      cellId: await mappedCellOf(em, uuid),
      isBuilding: (await findBuildingServer(em, uuid)) !== null,
      all: await listCellMappings(em),
    }));

  /** Whether a name is one server's alone is known only where every cell has answered. */
  async #byName(name: string, options: Options): Promise<Found> {
    const building = await this.#database.read(listBuildingServers);
    const asked = await this.#cells.each((em) => serversOfName(em, name), options);
    const inCells = foundIn(asked);
    const known = new Set(inCells.map(({ server }) => server.uuid));
    const found: Found[] = [
      ...inCells,
      ...building
        .filter((server) => server.displayName === name && !known.has(server.uuid))
        .map((server) => ({ cell: null, server: { ...server, name } })),
    ];
    if (asked.failures.length > 0) throw manyUnseen(name, asked.failures, found.map(told));
    if (found.length > 1) throw ambiguousServer(name, found.map(told));
    if (found.length === 0) throw serverNotFound(name);
    return found[0]!;
  }
}

function firstRead<T>({ answers }: FromCells<T | null>): Read<T> | null {
  const found = answers.find(({ value }) => value !== null);
  return found ? { cell: found.cell, value: found.value! } : null;
}

const placeOf = ({ cell, server: { uuid, isDeleted } }: Found): Place => ({ cell, uuid, isDeleted });

const foundIn = ({ answers }: FromCells<FoundServer[]>): Found[] =>
  answers.flatMap(({ cell, value }) => value.map((server) => ({ cell, server })));

const told = ({ cell, server }: Found) => ({
  uuid: server.uuid,
  cell: cell ? nameOf(cell) : null,
  status: serverStatus(server),
});
