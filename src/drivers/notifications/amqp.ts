import { randomUUID } from 'node:crypto';
import type { Notification } from '../../rules/compute/notification.ts';
import type { Broker } from '../../rules/compute/notification-settings.ts';
import { brokerError } from './amqp-errors.ts';
import { AmqpLink, type Outgoing } from './amqp-link.ts';
import { inTime } from './in-time.ts';
import { messageOf } from './message.ts';
import type { Notifier } from './notifier.ts';

export type AmqpOptions = {
  topics: readonly string[];
  /** Whether the message is in oslo.messaging's envelope (`messagingv2`), or bare (`messaging`). */
  isEnveloped: boolean;
  /** For how long RabbitMQ may take to let keyward in, and to confirm a message, in milliseconds. */
  timeoutMs?: number;
};

/**
 * Sends notifications to a RabbitMQ as oslo.messaging does. `publish` resolves when RabbitMQ has confirmed that a queue
 * of each topic has it. A connection is opened when it is needed, to the first host that lets keyward in, and kept.
 */
export class AmqpNotifier implements Notifier {
  readonly #broker: Broker;
  readonly #options: Required<AmqpOptions>;
  #link: Promise<AmqpLink> | null = null;

  constructor(broker: Broker, options: AmqpOptions) {
    this.#broker = broker;
    this.#options = { timeoutMs: 10_000, ...options };
  }

  /** Throws a Transient for what may pass, and an Unavailable for what an operator must correct. */
  async publish(notification: Notification): Promise<void> {
    for (const topic of this.#options.topics) await this.#send(outgoing(notification, topic, this.#options));
  }

  async close(): Promise<void> {
    const link = await this.#link?.catch(() => null);
    this.#link = null;
    await link?.close(this.#options.timeoutMs);
  }

  async #send(message: Outgoing): Promise<void> {
    const link = await this.#opened();
    try {
      // A connection whose answer is late is ended, so that no late one is taken for another message's.
      await inTime(link.send(message), this.#options.timeoutMs, () => link.cut());
    } catch (error) {
      throw brokerError(error, link.host, this.#broker);
    }
  }

  async #opened(): Promise<AmqpLink> {
    const opening = (this.#link ??= this.#open());
    const link = await opening;
    if (link.isOpen) return link;
    // RabbitMQ may have ended only the channel.
    link.cut();
    if (this.#link === opening) this.#link = null;
    return this.#opened();
  }

  async #open(): Promise<AmqpLink> {
    let failure: unknown;
    for (const host of this.#broker.hosts) {
      try {
        return await AmqpLink.open(this.#broker, host, this.#options.timeoutMs);
      } catch (error) {
        failure = brokerError(error, host, this.#broker);
      }
    }
    this.#link = null;
    throw failure;
  }
}

/**
 * Writes a message as oslo.messaging does (NOTE: oslo_messaging/_drivers/common.py, serialize_msg; amqp.py,
 * pack_context). Each attempt has a `_unique_id` of its own: a listener that knows one leaves the message in the queue,
 * unacknowledged. By the message id it is known for a repetition.
 */
function outgoing(notification: Notification, topic: string, { isEnveloped }: AmqpOptions): Outgoing {
  const routingKey = `${topic}.${notification.priority.toLowerCase()}`;
  const id = randomUUID().replaceAll('-', '');
  const { requestId, userId, projectId } = notification.context;
  const message = {
    ...messageOf(notification),
    _unique_id: id,
    _context_request_id: requestId,
    _context_user_id: userId,
    _context_user: userId,
    _context_project_id: projectId,
    _context_project: projectId,
  };
  const sent = isEnveloped ? { 'oslo.version': '2.0', 'oslo.message': JSON.stringify(message) } : message;
  return { id, routingKey, body: Buffer.from(JSON.stringify(sent)) };
}
