import type { Database } from '../../database/database.ts';
import { keepNotification, takeNotification } from '../../database/nova-api/kept-notifications.ts';
import type { Notification } from '../../rules/compute/notification.ts';

/** Notifications that could not be sent yet; they wait in the API database for a worker that can. */
export class KeptNotifications {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async keep(notification: Notification): Promise<void> {
    await this.#database.transactOnce(null, (em) => keepNotification(em, notification));
  }

  /** Sends the oldest one and forgets it, unless sending throws; false where there is none. */
  sendOne(send: (notification: Notification) => Promise<void>): Promise<boolean> {
    return this.#database.transactOnce(null, async (em) => {
      const notification = await takeNotification(em);
      if (notification) await send(notification);
      return notification !== null;
    });
  }
}
