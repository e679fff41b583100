import type { Cells } from '../../database/cells.ts';
import { nowMicros } from '../../database/database-time.ts';
import { findBatch, listUntold, markTold } from '../../database/nova-cell/lock-batches.ts';
import { findServers } from '../../database/nova-cell/server.repository.ts';
import { novaRequestId } from '../../rules/compute/new-server.ts';
import { instanceLock } from '../../rules/compute/notifications/instance-lock.ts';
import type { Server } from '../../rules/compute/server.ts';
import type { LockChange } from './lock-gate.ts';
import type { NotificationService } from './notification-service.ts';

/** A batch of a request, in the cell of that uuid. */
type BatchOf = { cell: string; requestId: string; batch: string };

/** So many servers are read, and told of, at once. */
const AT_ONCE = 200;

/** Tells of servers whose locks were changed. One that was archived meanwhile has nothing left to tell. */
export class LockAnnouncer {
  readonly #cells: Cells;
  readonly #notifications: NotificationService;

  constructor(cells: Cells, notifications: NotificationService) {
    this.#cells = cells;
    this.#notifications = notifications;
  }

  /** Tells of those that a batch has changed, and resolves once each is delivered, or kept. */
  async announce({ cell, requestId, batch }: BatchOf): Promise<void> {
    const database = await this.#cells.databaseOf(cell);
    const done = await database.read((em) => findBatch(em, requestId, batch));
    if (!done) return;
    const change = { ...done.askedBy, locking: done.locking, requestId };
    for (let from = 0; from < done.servers.length; from += AT_ONCE) {
      const uuids = done.servers.slice(from, from + AT_ONCE);
      const { servers, at } = await database.read(async (em) => ({
        servers: await findServers(em, uuids),
        at: await nowMicros(em),
      }));
      await Promise.all(servers.map((server) => this.#tell(change, server, at)));
    }
    await database.transactOnce(null, (em) => markTold(em, requestId, batch));
  }

  /** Tells of what the run that has done it can't tell of any more, as where it was ended. */
  async announceUntold(): Promise<void> {
    const { answers } = await this.#cells.each((em) => listUntold(em));
    for (const { cell, value } of answers)
      for (const batch of value) await this.announce({ cell: cell.uuid, ...batch });
  }

  #tell({ locking, requestId, caller, requester }: LockChange, server: Server, at: number): Promise<void> {
    const by = { requestId: novaRequestId(requestId), caller };
    const announcement = instanceLock(locking, server, by);
    return this.#notifications.publish({ announcement, by, host: requester.host, at });
  }
}
