import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import { nowMicros } from '../../database/database-time.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import { isCell0 } from '../../rules/compute/cell.ts';
import { novaRequestId, type ServerRequest } from '../../rules/compute/new-server.ts';
import type { Announcement } from '../../rules/compute/notifications/announcement.ts';
import { exceptionIn } from '../../rules/compute/notifications/exception-payload.ts';
import { instanceCreate, instanceCreateError } from '../../rules/compute/notifications/instance-create.ts';
import { instanceDelete } from '../../rules/compute/notifications/instance-delete.ts';
import {
  instanceTagsUpdate,
  instanceUpdate,
  type NotifyOn,
} from '../../rules/compute/notifications/instance-update.ts';
import type { ServerEvent } from '../../rules/compute/server-event.ts';
import type { Server } from '../../rules/compute/server.ts';
import type { NotificationService } from './notification-service.ts';

/** An event of a server that is in the cell of that uuid. */
type Occurred = ServerRequest & { cell: string; event: ServerEvent };
type Seen = { server: Server; at: number };

/** Tells what has happened to a server, as it is by then. */
export class ServerAnnouncer {
  readonly #cells: Cells;
  readonly #notifications: NotificationService;
  readonly #notifyOn: NotifyOn;

  constructor(cells: Cells, notifications: NotificationService, notifyOn: NotifyOn) {
    this.#cells = cells;
    this.#notifications = notifications;
    this.#notifyOn = notifyOn;
  }

  /** Resolves once it is delivered, or kept. Of a server that was archived meanwhile nothing is left to tell. */
  async announce(occurred: Occurred): Promise<void> {
    const seen = await this.#see(occurred);
    const announcement = seen && this.#announcementOf(occurred, seen);
    if (!announcement) return;
    const { server, at } = seen;
    const host = server.host ?? occurred.requester.host;
    await this.#notifications.publish({ announcement, by: initiatorOf(occurred), host, at });
  }

  /** A server that could not be written into its cell is in cell0. */
  async #see({ uuid, cell }: Occurred): Promise<Seen | null> {
    const cells = await this.#cells.list();
    for (const each of [...cells.filter((one) => one.uuid === cell), ...cells.filter(isCell0)]) {
      const { server, at } = await this.#cells.database(each).read((em) => seenIn(em, uuid));
      if (server) return { server, at };
    }
    return null;
  }

  #announcementOf(occurred: Occurred, { server, at }: Seen): Announcement | null {
    const { event } = occurred;
    const by = initiatorOf(occurred);
    switch (event.type) {
      case 'instance.create.start':
        return instanceCreate('start', server, by);
      case 'instance.create.end':
        return instanceCreate('end', server, by);
      case 'instance.create.error':
        return instanceCreateError(exceptionIn('spawn', event), server, by);
      case 'instance.delete.start':
        return instanceDelete('start', server, by);
      case 'instance.delete.end':
        return instanceDelete('end', server, by);
      case 'instance.update':
        return event.hasNewTags
          ? instanceTagsUpdate(server, by, at)
          : instanceUpdate({ ...server, displayName: event.oldName }, server, by, {
              notifyOn: this.#notifyOn,
              at,
            });
    }
  }
}

const seenIn = async (em: EntityManager, uuid: string) => ({
  server: await findServer(em, uuid),
  at: await nowMicros(em),
});

const initiatorOf = ({ requestId, caller }: ServerRequest) => ({
  requestId: novaRequestId(requestId),
  caller,
});
