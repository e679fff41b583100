import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import { queueForDelete } from '../../database/nova-api/new-server.ts';
import { deleteInstance, failInstance, setTaskState } from '../../database/nova-cell/instance-changes.ts';
import { lockInstance } from '../../database/nova-cell/instance.repository.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import type { CellMapping } from '../../rules/compute/cell.ts';
import { findCell } from '../../rules/compute/find-cell.ts';
import { assertOurHost } from '../../rules/compute/host.ts';
import { deletedMeanwhile } from '../../rules/compute/lost-server.ts';
import { assertUnprotected } from '../../rules/compute/instance-state.ts';
import type { ServerChangeRequest } from '../../rules/compute/new-server.ts';
import type { Server } from '../../rules/compute/server.ts';
import type { Asked } from '../../rules/run-request.ts';
import { writeAudit } from '../audit/audit-writer.ts';
import { acceptRequest, markApplied, withdrawRequest } from '../request-ledger.ts';
import type { HostService } from './host-service.ts';
import { passGate } from './instance-gate.ts';
import { type Change, endChange, findChange } from './noted-change.ts';

const OPERATION = 'server delete';
type Request = Asked<ServerChangeRequest>;

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

  /** Refuses a server that is on no host of keyward's, and gives its host; a command asks this before it starts a run. */
  async assertOurs({ cell, uuid }: { cell: CellMapping; uuid: string }): Promise<string> {
    const host = (await this.#cells.database(cell).read((em) => findServer(em, uuid)))?.host ?? null;
    return this.#assertOurs(cell, uuid, host);
  }

  async #assertOurs(cell: CellMapping, uuid: string, host: string | null): Promise<string> {
    const ownership =
      host === null ? { isOurs: false, isNovas: false } : await this.#hosts.ownership(cell, host);
    assertOurHost(uuid, host, ownership, 'server delete');
    return host;
  }

  /** Takes the request up: from here on the server is being deleted. */
  async begin(request: Request): Promise<void> {
    const { uuid, requestId, host } = request;
    const cell = await this.#cellOf(request);
    await this.#assertOurs(cell, uuid, host);
    await this.#cells.database(cell).transactOnce(request, async (em) => {
      if (await acceptRequest(em, OPERATION, request)) return;
      await passGate(em, changeOf(request), {
        host: host!,
        assert: assertUnprotected,
        apply: async (server) => {
          await setTaskState(em, uuid, 'deleting');
          await writeAudit(em, { ...request, operation: OPERATION }, [audited(server)]);
        },
      });
      await markApplied(em, requestId);
    });
    await this.#database.transactOnce(null, (em) => queueForDelete(em, uuid));
  }

  /** Deletes the rows. One that Nova's API deleted meanwhile is gone all the same. */
  async finish(request: Request): Promise<void> {
    const { uuid } = request;
    await this.#cells.database(await this.#cellOf(request)).transactOnce(request, async (em) => {
      await lockInstance(em, uuid);
      const server = await findServer(em, uuid);
      if (server && !server.isDeleted) await deleteInstance(em, uuid);
      await endChange(em, changeOf(request), null);
    });
  }

  /** Leaves the server in ERROR with a fault, since something of it may be left on its host. */
  async fail(request: Request & { reason: string }): Promise<void> {
    const { uuid, host, reason } = request;
    await this.#cells.database(await this.#cellOf(request)).transactOnce(request, async (em) => {
      await lockInstance(em, uuid);
      const noted = await findChange(em, changeOf(request));
      const server = await findServer(em, uuid);
      if (!server || server.isDeleted || noted?.result !== null) return;
      await failInstance(em, { uuid, host: host!, message: reason });
      await endChange(em, changeOf(request), reason);
    });
  }

  /** Makes sure of what came of a request whose run ended without a result: nothing, and nothing ever will; or the server. */
  async settle(request: Pick<Request, 'requestId' | 'uuid' | 'cell'>): Promise<Server | 'unchanged'> {
    const database = this.#cells.database(findCell(await this.#cells.list(), request.cell));
    const isWithdrawn = await database.transactOnce(null, (em) =>
      withdrawRequest(em, OPERATION, request.requestId),
    );
    if (isWithdrawn) return 'unchanged';
    const server = await database.read((em) => findServer(em, request.uuid));
    if (server === null) throw deletedMeanwhile(request.uuid);
    return server;
  }

  async #cellOf({ cell }: Request): Promise<CellMapping> {
    return findCell(await this.#cells.list(), cell);
  }
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
