import { createHash } from 'node:crypto';
import type { Notifier } from '../../drivers/notifications/notifier.ts';
import type { Notification } from '../../rules/compute/notification.ts';
import type { Announcement, Initiator } from '../../rules/compute/notifications/announcement.ts';
import { RuleError } from '../../rules/errors.ts';
import { pythonTime } from '../../rules/compute/notifications/python-time.ts';
import type { KeptNotifications } from './kept-notifications.ts';

type Kept = Pick<KeptNotifications, 'keep' | 'sendOne'>;

/** This uuid stands for keyward's notifications, as RFC 9562 wants a namespace for uuids that are made from names. */
const NAMESPACE = '6f1f3b1c-54d1-4b0e-9d0c-7f2c3e7f5a8e';

/** `host` is where it happened, and `at` when, in microseconds since the epoch by the database's clock. */
export type Occasion = { announcement: Announcement; by: Initiator; host: string; at: number };

/**
 * Sends what has happened, after the change is committed. What can't be sent now waits in the API database for a worker to
 * send it, so that nothing else waits for a message broker.
 */
export class NotificationService {
  readonly #notifier: Notifier;
  readonly #kept: Kept;

  constructor(notifier: Notifier, kept: Kept) {
    this.#notifier = notifier;
    this.#kept = kept;
  }

  /**
   * Resolves once the notification is delivered, or kept. A repetition for the same request, subject and event has the same
   * message id, so that whoever gets it twice can tell.
   */
  async publish(occasion: Occasion): Promise<void> {
    const notification = notificationOf(occasion);
    try {
      await this.#notifier.publish(notification);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      await this.#kept.keep(notification);
    }
  }

  /** Sends what is kept, the oldest first; throws why where one can't be sent, which is kept then. */
  async sendKept(): Promise<void> {
    while (await this.#kept.sendOne((notification) => this.#notifier.publish(notification)));
  }
}

function notificationOf({ announcement, by, host, at }: Occasion): Notification {
  const { eventType, source, priority, subject, payload } = announcement;
  return {
    messageId: messageIdOf([by.requestId, subject, eventType]),
    publisherId: `${source}:${host}`,
    eventType,
    priority,
    payload,
    timestamp: pythonTime(at),
    context: { requestId: by.requestId, userId: by.caller.userId, projectId: by.caller.projectId },
  };
}

/** Makes a uuid of version 5. */
function messageIdOf(names: string[]): string {
  const namespace = Buffer.from(NAMESPACE.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(namespace).update(JSON.stringify(names)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
