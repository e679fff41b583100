import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import {
  findBuilding,
  insertBuildRequest,
  mapToCell,
  putUserData,
  removeMapping,
  takeUserData,
} from '../../database/nova-api/new-server.ts';
import { activateInstance, deleteInstance } from '../../database/nova-cell/instance-changes.ts';
import { lockInstance } from '../../database/nova-cell/instance.repository.ts';
import { insertInstance } from '../../database/nova-cell/new-instance.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import { userDataIn } from '../../rules/compute/build-request.ts';
import { type CellMapping, isCell0 } from '../../rules/compute/cell.ts';
import { assertOurHost } from '../../rules/compute/host.ts';
import {
  changedMeanwhile,
  deletedMeanwhile,
  type Left,
  type Reason,
  userDataGone,
} from '../../rules/compute/lost-server.ts';
import type { ServerCreateRequest } from '../../rules/compute/new-server.ts';
import { BUILDING } from '../../rules/compute/server-status.ts';
import type { Server } from '../../rules/compute/server.ts';
import { RuleError, Transient } from '../../rules/errors.ts';
import type { Asked } from '../../rules/run-request.ts';
import { writeAudit } from '../audit/audit-writer.ts';
import { acceptRequest, markApplied, withdrawRequest } from '../request-ledger.ts';
import type { HostService } from './host-service.ts';
import { failChange } from './failed-change.ts';
import { beginChange, type Change, endChange, findChange } from './noted-change.ts';

const OPERATION = 'server create';
type Request = Asked<ServerCreateRequest>;

/** Makes a server's rows, step by step; each step may be repeated, and then does what is left to do. */
export class ServerCreation {
  readonly #database: Database;
  readonly #cells: Cells;
  readonly #hosts: HostService;

  constructor(database: Database, cells: Cells, hosts: HostService) {
    this.#database = database;
    this.#cells = cells;
    this.#hosts = hosts;
  }

  /** Keeps a request's user data (base64) until the request is taken up: Temporal must never see it. */
  keepUserData(requestId: string, userData: string): Promise<void> {
    return this.#database.transact(null, (em) => putUserData(em, requestId, userData));
  }

  /** Takes the request up: from here on Nova's API shows the server as being built. */
  async accept(request: Request): Promise<void> {
    const { server, requestId, caller: owner } = request;
    const cell = await this.#cellOf(request);
    assertOurHost(server.host, await this.#hosts.ownership(cell, server.host), {
      subject: 'The new server would be',
      client: 'openstack server create',
    });
    await this.#database.transactOnce(request, async (em) => {
      if (await acceptRequest(em, OPERATION, request)) return;
      const userData = await takeUserData(em, requestId);
      if (server.hasUserData && userData === null) throw userDataGone();
      await insertBuildRequest(em, { server, owner, userData });
      await writeAudit(em, { ...request, operation: OPERATION }, [audited(request)]);
      await markApplied(em, requestId);
    });
  }

  /** Writes the server into its cell. Refused where Nova's API has deleted it meanwhile, and then nothing is left of it. */
  async place(request: Request): Promise<void> {
    const cell = await this.#cellOf(request);
    await this.#placeIn(cell, request);
  }

  /** Marks the server as running. */
  async finish(request: Request): Promise<void> {
    const { uuid } = request;
    await this.#cells.database(await this.#cellOf(request)).transactOnce(request, async (em) => {
      await lockInstance(em, uuid);
      const server = living(uuid, await findServer(em, uuid));
      const noted = await findChange(em, changeOf(request));
      if (noted?.result === 'Success') return;
      if (server.taskState !== 'spawning') throw changedMeanwhile(server);
      await activateInstance(em, uuid);
      await endChange(em, changeOf(request), null);
    });
  }

  /**
   * Leaves the server in ERROR with a fault; one that could not be written into its cell is put into cell0, as Nova does. A
   * request that was not taken up is withdrawn.
   */
  async fail(request: Request & Reason): Promise<Left> {
    if (await this.#withdraw(request)) return 'untouched';
    const { uuid } = request;
    const { cellId, instance } = await this.#database.read((em) => findBuilding(em, uuid));
    if (cellId === null && instance === null) return this.#clearAway(request);
    const cell = await this.#ensurePlaced(request);
    return this.#cells
      .database(cell)
      .transactOnce(request, (em) =>
        failChange(em, changeOf(request), { ...request, host: request.server.host }),
      );
  }

  /**
   * Makes sure of what came of a request whose run ended without a result. Null: nothing was made of it, and nothing ever
   * will be. `gone`: Nova's API deleted it while it was being built. Else the server, as far as it is.
   */
  async settle(
    request: Pick<Request, 'requestId' | 'uuid' | 'server'>,
  ): Promise<Server | 'building' | 'gone' | null> {
    const { uuid } = request;
    if (await this.#withdraw(request)) return null;
    const { cellId, instance } = await this.#database.read((em) => findBuilding(em, uuid));
    const cell = (await this.#cells.list()).find(({ id }) => id === cellId);
    if (!cell && instance !== null) return 'building';
    if (!cell) return this.#clearAway(request);
    return (await this.#cells.database(cell).read((em) => findServer(em, uuid))) ?? 'building';
  }

  #withdraw({ requestId }: Pick<Request, 'requestId'>): Promise<boolean> {
    return this.#database.transactOnce(null, async (em) => {
      const isWithdrawn = await withdrawRequest(em, OPERATION, requestId);
      if (isWithdrawn) await takeUserData(em, requestId);
      return isWithdrawn;
    });
  }

  /** Gives the cell of a server that can't go on; one that is in none is put into cell0. */
  async #ensurePlaced(request: Request): Promise<CellMapping> {
    const { uuid, server } = request;
    const cells = await this.#cells.list();
    const known = await this.#database.read((em) => findBuilding(em, uuid));
    const wanted = cells.find((cell) => cell.uuid === server.cell);
    const isWritten = known.cellId === null && wanted !== undefined && (await this.#isIn(wanted, uuid));
    const cellId = await this.#placeIn(isWritten ? wanted : cells.find(isCell0)!, request);
    return cells.find(({ id }) => id === cellId)!;
  }

  /** An attempt may have written it there and not mapped it; a cell that can't be used at all has no server. */
  #isIn(cell: CellMapping, uuid: string): Promise<boolean> {
    return this.#cells
      .database(cell)
      .read((em) => findServer(em, uuid))
      .then(
        (found) => found !== null,
        (error: unknown) => {
          if (error instanceof RuleError && !(error instanceof Transient)) return false;
          throw error;
        },
      );
  }

  /** Gives the id of the cell that the server is in then: an attempt that comes late finds it in another one. */
  async #placeIn(cell: CellMapping, request: Request): Promise<number> {
    const { uuid, server, caller: owner } = request;
    const { cellId, instance } = await this.#database.read((em) => findBuilding(em, uuid));
    if (cellId !== null) return cellId;
    const database = this.#cells.database(cell);
    if (instance !== null)
      await database.transactOnce(request, async (em) => {
        if (await insertInstance(em, { server, owner, userData: userDataIn(instance) }))
          await beginChange(em, changeOf(request), server.host);
      });
    const mapped = await this.#database.transactOnce(null, (em) => mapToCell(em, uuid, cell.id));
    if (mapped === cell.id) return mapped;
    await database.transactOnce(null, (em) => deleteInstance(em, uuid));
    return mapped ?? this.#giveUp(uuid);
  }

  /** Removes what a run has left that ended before it could do so itself. */
  async #clearAway(request: Pick<Request, 'uuid' | 'server'>): Promise<'gone'> {
    const { uuid } = request;
    await this.#cells.database(await this.#cellOf(request)).transactOnce(null, async (em) => {
      if ((await findServer(em, uuid))?.vmState === BUILDING) await deleteInstance(em, uuid);
    });
    await this.#database.transactOnce(null, (em) => removeMapping(em, uuid));
    return 'gone';
  }

  async #giveUp(uuid: string): Promise<never> {
    await this.#database.transactOnce(null, (em) => removeMapping(em, uuid));
    throw deletedMeanwhile(uuid);
  }

  async #cellOf({ server }: Pick<Request, 'server'>): Promise<CellMapping> {
    return this.#cells.find(server.cell);
  }
}

const changeOf = ({ uuid, requestId, caller }: Request): Change => ({
  kind: 'create',
  uuid,
  requestId,
  caller,
});

function living(uuid: string, server: Server | null): Server {
  if (!server || server.isDeleted) throw deletedMeanwhile(uuid);
  return server;
}

/** The audit tells what was asked for, but for the user data. */
const audited = ({ uuid, server, caller }: Request) => ({
  action: 'create',
  resource: 'server',
  name: server.name,
  id: uuid,
  before: null,
  after: {
    ...caller,
    host: server.host,
    cell: server.cell,
    flavor: server.flavor.name,
    image: server.image.id,
    keyName: server.keyPair?.name ?? null,
  },
});
