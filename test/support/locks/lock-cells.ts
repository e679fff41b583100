import { randomUUID } from 'node:crypto';
import { beforeEach } from '@jest/globals';
import type { FleetFilter, Locking, Selection } from '../../../src/rules/compute/lock-request.ts';
import type { ListedLock } from '../../../src/rules/compute/lock-view.ts';
import type { TestCells } from '../cloud/cells.ts';
import { cellsPerFile } from '../cloud/clouds.ts';
import { OWNER } from '../cloud/new-servers.ts';
import type { TestPostgres } from '../cloud/postgres.ts';
import { type PlantedServer, plantServers } from '../cloud/servers.ts';
import { fleetRequest, lockRequest, PAST } from './lock-clients.ts';

const NAMES = ['cell1', 'cell2'];
const EVERY: FleetFilter = { projectId: null, host: null, availabilityZone: null, name: null, status: null };

export const lock = (reason: string | null, lease: string | null = null): Locking => ({
  kind: 'lock',
  reason,
  lease: lease === null ? null : { id: lease, until: PAST },
});

export const chosen = (filter: Partial<FleetFilter>, force = false): Selection => ({
  by: 'filter',
  filter: { ...EVERY, ...filter },
  force,
});

export const actorOf = (operation: string) => ({
  requestId: randomUUID(),
  operation,
  requester: { user: 'alice', sudoUser: null, host: 'here' },
});

/** Two cells, without servers at the beginning of each test, whose locks are changed and looked at by keyward's services. */
export class LockCells {
  readonly uuidOf: Record<string, string> = {};
  readonly server: TestPostgres;
  readonly cells: TestCells;

  constructor(server: TestPostgres, cells: TestCells) {
    this.server = server;
    this.cells = cells;
  }

  static perFile(use: (made: LockCells) => void): void {
    let made: LockCells;
    cellsPerFile(3, ({ server, cells }) => use((made = new LockCells(server, cells))));
    beforeEach(() => made.clear());
  }

  get services() {
    return this.cells.services;
  }

  async clear(): Promise<void> {
    await this.server.query(this.cells.api, 'delete from instance_mappings');
    for (const name of NAMES) {
      await this.inCell(
        'truncate instances, keyward.server_lock, keyward.lock_batch, keyward.server_protection cascade',
        name,
      );
      this.uuidOf[name] = (await this.services.cells.find(name)).uuid;
    }
  }

  inCell<Row extends object>(sql: string, name = 'cell1'): Promise<Row[]> {
    return this.server.query<Row>(this.cells.databaseOf(name), sql);
  }

  plant(name: string, wanted: PlantedServer[]): Promise<string[]> {
    return plantServers({ server: this.server, cells: this.cells }, name, wanted);
  }

  /** Plants a server of the owner's project in cell1. */
  async planted(more: PlantedServer = {}): Promise<string> {
    return (await this.plant('cell1', [{ project_id: OWNER.projectId, ...more }]))[0]!;
  }

  /** Changes the lock of a server in cell1, and gives the request. */
  async apply(uuid: string, by: 'owner' | 'admin', locking: Locking): Promise<string> {
    const request = lockRequest(uuid, this.uuidOf['cell1']!, by, locking);
    await this.services.serverLocks.apply(request);
    return request.requestId;
  }

  async locks(more: { isRunOpen?: () => Promise<boolean> } = {}): Promise<ListedLock[]> {
    const listed: ListedLock[] = [];
    const onFailure = ({ error }: { error: Error }) => {
      throw error;
    };
    const options = { deadlineMs: 8000, onFailure, isWanted: () => true, ...more };
    for await (const page of this.services.lockList.list(options)) listed.push(...page);
    return listed;
  }

  /** Does all batches of a fleet's run in a cell, as its workflow does, and gives the request with what came of it. */
  async fleet(
    selection: Selection,
    locking: Locking,
    { by = 'admin', cell = 'cell1' }: { by?: 'owner' | 'admin'; cell?: string } = {},
  ) {
    const { fleetLocks } = this.services;
    const request = fleetRequest(this.uuidOf[cell]!, by, locking, selection);
    await fleetLocks.begin(request);
    const sum = { changed: 0, left: 0, refused: 0 };
    let after: number | null = 0;
    for (let number = 1; after !== null; number += 1) {
      const done = await fleetLocks.change({ ...request, after, batch: `run/${number}` });
      sum.changed += done.changed;
      sum.left += done.left;
      sum.refused += done.refused;
      after = done.last;
    }
    return { ...request, sum };
  }
}
