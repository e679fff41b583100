import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import { limited } from '../../database/keyset-pages.ts';
import {
  findBuildingServer,
  listBuildingServers,
  matchingNames,
} from '../../database/nova-api/build-requests.ts';
import { readRequestSpecs, zonesOfHosts } from '../../database/nova-api/server-requests.ts';
import { readServers, readSortValues, type ServerFilter } from '../../database/nova-cell/server-pages.ts';
import { type CellMapping, type FromCells, nameOf } from '../../rules/compute/cell.ts';
import { isUuid } from '../../rules/uuid.ts';
import { isDrained, mergedPages, type Source } from '../../rules/compute/merged-rows.ts';
import { compareServers, type ServerOrder, type Sorted } from '../../rules/compute/server-order.ts';
import type { ListedServer } from '../../rules/compute/server-view.ts';
import { RuleError } from '../../rules/errors.ts';
import {
  buildingRow,
  isWantedBuilding,
  listedServer,
  type PlacedRow,
  sortValuesOf,
} from './listed-server.ts';
import type { ServerFinder } from './server-finder.ts';

type Failure = FromCells<unknown>['failures'][number];

export type ListOptions = {
  order: ServerOrder;
  /** The uuid of the server after which the list begins. */
  marker?: string | undefined;
  limit?: number | undefined;
  /** Whether zones, and what servers were asked for, are read from the API database too. */
  isLong: boolean;
  /** How long all cells together may take for a page, in milliseconds. */
  deadlineMs: number;
  /** Is told of each cell whose servers, or the rest of them, are not in the list. */
  onFailure: (failure: Failure) => void;
};

/** So many rows are held at once, of all cells together; of one cell at least as many as are worth a question. */
const HELD = 2400;
const LEAST = 100;

/** What a cell has given; `last` is the last row that it was asked for, be it in the list or not. */
type CellSource = Source<PlacedRow> & { cell: CellMapping; last: Sorted | null };
type Listing = { filter: ServerFilter; options: ListOptions; size: number; building: PlacedRow[] };

/** Lists the servers of all cells, and those that no cell has been chosen for, in one order. */
export class ServerList {
  readonly #database: Database;
  readonly #cells: Cells;
  readonly #finder: ServerFinder;

  constructor(database: Database, cells: Cells, finder: ServerFinder) {
    this.#database = database;
    this.#cells = cells;
    this.#finder = finder;
  }

  /**
   * Gives pages as they are read, so that memory does not grow with the number of servers. Of a server that is both a
   * build request and in a cell the former is listed, as Nova does it (`nova/compute/api.py`, get_all).
   */
  async *list(filter: ServerFilter, options: ListOptions): AsyncGenerator<ListedServer[]> {
    const { order, limit, marker } = options;
    // They are read before the cells: what leaves them meanwhile is in a cell then.
    const building = await this.#building(filter, order);
    const after = marker === undefined ? null : await this.#markerIn(marker, options);
    const cells = await this.#cells.list();
    const size = Math.min(limit ?? Infinity, Math.max(LEAST, Math.floor(HELD / Math.max(cells.length, 1))));
    const ofCells = cells.map((cell) => ({ cell, rows: [], at: 0, hasMore: true, last: after }));
    const listing = { filter, options, size, building };
    for await (const rows of limited(limit, this.#merged(ofCells, after, listing)))
      yield await this.#listed(rows, options.isLong);
  }

  #merged(ofCells: CellSource[], after: Sorted | null, listing: Listing): AsyncGenerator<PlacedRow[]> {
    const compare = (one: Sorted, other: Sorted) => compareServers(listing.options.order, one, other);
    const waiting = listing.building
      .filter((row) => after === null || compare(row, after) > 0)
      .toSorted(compare);
    const sources: Source<PlacedRow>[] = [...ofCells, { rows: waiting, at: 0, hasMore: false }];
    const refill = () => this.#refill(ofCells.filter(isDrained), listing);
    return mergedPages(sources, { compare, most: HELD, refill });
  }

  /** Asks each cell for what comes after the last row that it gave; one that fails is told of, and not asked again. */
  async #refill(drained: CellSource[], { filter, options, size, building }: Listing): Promise<void> {
    const sources = new Map(drained.map((source) => [source.cell.id, source]));
    const { order, deadlineMs, onFailure } = options;
    const { answers, failures } = await this.#cells.each(
      (em, cell) => readServers(em, filter, { order, after: sources.get(cell.id)!.last, size }),
      { deadlineMs, among: drained.map(({ cell }) => cell) },
    );
    const known = new Set(building.map(({ uuid }) => uuid));
    for (const { cell, value } of answers) {
      const rows = value
        .filter(({ uuid }) => !known.has(uuid))
        .map((row) => ({ ...row, cell: nameOf(cell) }));
      const last = value.at(-1) ?? null;
      Object.assign(sources.get(cell.id)!, { rows, at: 0, hasMore: value.length === size, last });
    }
    for (const failure of failures) {
      Object.assign(sources.get(failure.cell.id)!, { rows: [], at: 0, hasMore: false });
      onFailure(failure);
    }
  }

  #building(filter: ServerFilter, order: ServerOrder): Promise<PlacedRow[]> {
    return this.#database.read(async (em) => {
      const all = await listBuildingServers(em);
      const wanted = all.filter((server) => isWantedBuilding(server, filter));
      const rows = wanted.map((server) => buildingRow(server, order));
      if (filter.name === undefined) return rows;
      const names = rows.flatMap(({ name }) => name ?? []);
      const matching = await matchingNames(em, names, filter.name);
      return rows.filter(({ name }) => matching.has(name ?? ''));
    });
  }

  /** Gives what the marker is sorted by; it need not be in the list itself. */
  async #markerIn(marker: string, options: ListOptions): Promise<Sorted> {
    const sorted = isUuid(marker) ? await this.#sortedOf(marker, options) : null;
    if (sorted) return sorted;
    throw new RuleError('NotFound', `The marker '${marker}' is no server's ID.`, {
      cure: 'Give the ID of the last one that was listed.',
    });
  }

  async #sortedOf(marker: string, { order, deadlineMs }: ListOptions): Promise<Sorted | null> {
    const place = await this.#finder.findUuid(marker, { deadlineMs });
    if (place === null) return null;
    if (place.cell === null) {
      const server = await this.#database.read((em) => findBuildingServer(em, place.uuid));
      return server && { uuid: place.uuid, sortValues: sortValuesOf(server, order) };
    }
    return this.#cells.ask(place.cell, (em) => readSortValues(em, place.uuid, order), deadlineMs);
  }

  async #listed(rows: PlacedRow[], isLong: boolean): Promise<ListedServer[]> {
    const uuids = rows.map(({ uuid }) => uuid);
    const origin = isLong
      ? await this.#database.read(async (em) => ({
          zones: await zonesOfHosts(em),
          specs: await readRequestSpecs(em, uuids),
        }))
      : { zones: new Map(), specs: new Map() };
    return rows.map((row) => listedServer(row, origin));
  }
}
