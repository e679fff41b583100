import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import { findBuildingServer } from '../../database/nova-api/build-requests.ts';
import { endBuild, queueForDelete } from '../../database/nova-api/new-server.ts';
import { deleteInstance, setTaskState } from '../../database/nova-cell/instance-changes.ts';
import { lockInstance } from '../../database/nova-cell/instance.repository.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import { type CellMapping, isCell0 } from '../../rules/compute/cell.ts';
import { assertOurHost } from '../../rules/compute/host.ts';
import { type Left, placedMeanwhile, type Reason } from '../../rules/compute/lost-server.ts';
import type { ServerDeleteRequest } from '../../rules/compute/new-server.ts';
import { buildingServerRefused } from '../../rules/compute/server-refusals.ts';
import type { Server } from '../../rules/compute/server.ts';
import type { Asked } from '../../rules/run-request.ts';
import { writeAudit } from '../audit/audit-writer.ts';
import { acceptRequest, markApplied, withdrawRequest } from '../request-ledger.ts';
import { failChange } from './failed-change.ts';
import type { HostService } from './host-service.ts';
import { passGate } from './instance-gate.ts';
import { type Change, endChange } from './noted-change.ts';

const OPERATION = 'server delete';
type Request = Asked<ServerDeleteRequest>;

/** Deletes a server's rows, step by step; each step may be repeated, and then does what is left to do. */
export class ServerDeletion {
  readonly #database: Database;
  readonly #cells: Cells;
  readonly #hosts: HostService;

  constructor(database: Database, cells: Cells, hosts: HostService) {
    this.#database = database;
    this.#cells = cells;
    this.#hosts = hosts;
  }

  /**
   * Refuses a server that is on no host of keyward's, or that a Nova is building, and gives its host; a command asks this
   * before it starts a run. `cell` is null for a server that is no more than a build request.
   */
  async assertOurs({ cell, uuid }: { cell: CellMapping | null; uuid: string }): Promise<string> {
    if (cell === null) return (await this.#database.read((em) => buildOf(em, uuid))).host;
    const host = (await this.#cells.database(cell).read((em) => findServer(em, uuid)))?.host ?? null;
    return this.#assertOurs(cell, uuid, host);
  }

  async #assertOurs(cell: CellMapping, uuid: string, host: string | null): Promise<string> {
    const ownership =
      host === null ? { isOurs: false, isNovas: false } : await this.#hosts.ownership(cell, host);
    assertOurHost(host, ownership, {
      subject: `The server ${uuid} is`,
      client: `openstack server delete ${uuid}`,
    });
    return host;
  }

  /** Takes the request up: from here on the server is being deleted; what is only being built is gone at once. */
  async begin(request: Request): Promise<void> {
    const { uuid, host } = request;
    const cell = await this.#cellOf(request);
    if (cell === null) return this.#endBuild(request);
    await this.#assertOurs(cell, uuid, host);
    await this.#takeUp(this.#cells.database(cell), request, (em) =>
      passGate(em, changeOf(request), {
        host,
        apply: async (server) => {
          await setTaskState(em, uuid, 'deleting');
          await writeAudit(em, { ...request, operation: OPERATION }, [audited(server)]);
        },
      }),
    );
  }

  /** Notes in the API database that the server is going. */
  async queue({ uuid }: Request): Promise<void> {
    await this.#database.transactOnce(null, (em) => queueForDelete(em, uuid));
  }

  #endBuild(request: Request): Promise<void> {
    const { uuid } = request;
    return this.#takeUp(this.#database, request, async (em) => {
      const { host } = await buildOf(em, uuid);
      const server = await findBuildingServer(em, uuid);
      if (!server || !(await endBuild(em, uuid))) throw placedMeanwhile(uuid);
      await writeAudit(em, { ...request, operation: OPERATION }, [audited({ ...server, host })]);
    });
  }

  #takeUp(database: Database, request: Request, apply: (em: EntityManager) => Promise<void>): Promise<void> {
    return database.transactOnce(request, async (em) => {
      if (await acceptRequest(em, OPERATION, request)) return;
      await apply(em);
      await markApplied(em, request.requestId);
    });
  }

  /**
   * Deletes the rows. One that Nova's API deleted meanwhile is gone all the same. A server that was only being built may
   * be in the cell to which its creation was about to map it.
   */
  async finish(request: Request): Promise<void> {
    const { uuid } = request;
    for (const each of await this.#cellsWith(request))
      await this.#cells.database(each).transactOnce(request, async (em) => {
        await lockInstance(em, uuid);
        const server = await findServer(em, uuid);
        if (server && !server.isDeleted) await deleteInstance(em, uuid);
        await endChange(em, changeOf(request), null);
      });
  }

  /**
   * Leaves the server in ERROR with a fault, since something of it may be left on its host. A request that was not taken up
   * is withdrawn.
   */
  async fail(request: Request & Reason): Promise<Left> {
    const database = await this.#databaseOf(request);
    if (await withdraw(database, request)) return 'untouched';
    if (request.cell === null) return 'gone';
    return database.transactOnce(request, (em) => failChange(em, changeOf(request), request));
  }

  /**
   * Makes sure of what came of a request whose run ended without a result. `unchanged`: nothing, and nothing ever will;
   * null: no row of the server is left; else the server.
   */
  async settle(request: Pick<Request, 'requestId' | 'uuid' | 'cell'>): Promise<Server | 'unchanged' | null> {
    const { uuid, cell } = request;
    const database = await this.#databaseOf(request);
    if (await withdraw(database, request)) return 'unchanged';
    return cell === null ? null : database.read((em) => findServer(em, uuid));
  }

  async #databaseOf(request: Pick<Request, 'cell'>): Promise<Database> {
    const cell = await this.#cellOf(request);
    return cell === null ? this.#database : this.#cells.database(cell);
  }

  /** A server that was only being built may be in the cell that was chosen for it, or in cell0. */
  async #cellsWith({ cell, uuid }: Request): Promise<CellMapping[]> {
    if (cell !== null) return [await this.#cells.find(cell)];
    const chosen = (await this.#database.read((em) => buildOf(em, uuid))).cell;
    return (await this.#cells.list()).filter((each) => each.uuid === chosen || isCell0(each));
  }

  async #cellOf({ cell }: Pick<Request, 'cell'>): Promise<CellMapping | null> {
    return cell === null ? null : this.#cells.find(cell);
  }
}

/** Makes sure that the request is not taken up from now on; false: it was. */
const withdraw = (database: Database, { requestId }: Pick<Request, 'requestId'>): Promise<boolean> =>
  database.transactOnce(null, (em) => withdrawRequest(em, OPERATION, requestId));

/** Gives where keyward was asked to build a server; a build request that is none of its own is refused. */
async function buildOf(em: EntityManager, uuid: string): Promise<{ host: string; cell: string }> {
  const entry = await em.findOne(AuditEntry, { resourceType: 'server', resourceId: uuid, action: 'create' });
  if (!entry?.after) throw buildingServerRefused(uuid);
  return entry.after as { host: string; cell: string };
}

const changeOf = ({ uuid, requestId, caller }: Request): Change => ({
  kind: 'delete',
  uuid,
  requestId,
  caller,
});

const audited = ({ uuid, displayName, host, userId, projectId }: Server) => ({
  action: 'delete',
  resource: 'server',
  name: displayName ?? uuid,
  id: uuid,
  before: { userId, projectId, host },
  after: null,
});
