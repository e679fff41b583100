import type { Cells } from '../../database/cells.ts';
import { nowMicros } from '../../database/database-time.ts';
import { findBatch } from '../../database/nova-cell/lock-batches.ts';
import { findServers } from '../../database/nova-cell/server.repository.ts';
import { novaRequestId } from '../../rules/compute/new-server.ts';
import { instanceLock } from '../../rules/compute/notifications/instance-lock.ts';
import type { Server } from '../../rules/compute/server.ts';
import type { LockChange } from './lock-gate.ts';
import type { NotificationService } from './notification-service.ts';

/** Who asked for a batch is kept with it. */
type BatchChange = Pick<LockChange, 'locking' | 'requestId'> & { cell: string; batch: string };

/** So many notifications are under way at once. */
const AT_ONCE = 200;

/** Tells of servers whose locks were changed. One that was archived meanwhile has nothing left to tell. */
export class LockAnnouncer {
  readonly #cells: Cells;
  readonly #notifications: NotificationService;

  constructor(cells: Cells, notifications: NotificationService) {
    this.#cells = cells;
    this.#notifications = notifications;
  }

  /** Resolves once each is delivered, or kept. */
  async announce(change: LockChange & { cell: string }, uuids: string[]): Promise<void> {
    const database = await this.#cells.databaseOf(change.cell);
    const { servers, at } = await database.read(async (em) => ({
      servers: await findServers(em, uuids),
      at: await nowMicros(em),
    }));
    for (let from = 0; from < servers.length; from += AT_ONCE)
      await Promise.all(servers.slice(from, from + AT_ONCE).map((server) => this.#tell(change, server, at)));
  }

  /** Tells of those that a batch has changed. */
  async announceBatch({ batch, ...change }: BatchChange): Promise<void> {
    const database = await this.#cells.databaseOf(change.cell);
    const done = await database.read((em) => findBatch(em, change.requestId, batch));
    if (done) await this.announce({ ...change, ...done.askedBy }, done.servers);
  }

  #tell({ locking, requestId, caller, requester }: LockChange, server: Server, at: number): Promise<void> {
    const by = { requestId: novaRequestId(requestId), caller };
    const announcement = instanceLock(locking, server, by);
    return this.#notifications.publish({ announcement, by, host: requester.host, at });
  }
}
