import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { type Channel, Connection, type ConnectionOptions, type ReturnedMessage } from 'rabbitmq-client';
import type { Broker, BrokerHost, BrokerTls } from '../../rules/compute/notification-settings.ts';
import { trusted } from '../http.ts';
import { Unroutable } from './amqp-errors.ts';
import { assertSpeaksAmqp } from './amqp-probe.ts';
import { inTime } from './in-time.ts';

/** A message as RabbitMQ gets it; `id` is what tells it from others on this connection. */
export type Outgoing = { id: string; routingKey: string; body: Buffer };

/**
 * One connection to one host of a RabbitMQ. It is of no use after an error: whoever has it closes it and opens another.
 * (The client reconnects by itself too, but tries for ever and tells only its first failure.)
 */
export class AmqpLink {
  readonly host: BrokerHost;
  readonly #broker: Broker;
  readonly #connection: Connection;
  readonly #channel: Channel;
  readonly #declared = new Map<string, Promise<unknown>>();
  readonly #returned = new Set<string>();
  #isCut = false;

  private constructor(broker: Broker, host: BrokerHost, connection: Connection, channel: Channel) {
    this.host = host;
    this.#broker = broker;
    this.#connection = connection;
    this.#channel = channel;
    channel.on('basic.return', (message: ReturnedMessage) => void this.#returned.add(message.messageId!));
  }

  /** Throws what the socket, TLS or RabbitMQ said, or a TooLate; none of that holds a password. */
  static async open(broker: Broker, host: BrokerHost, timeoutMs: number): Promise<AmqpLink> {
    const tls = broker.tls && tlsOptions(broker.tls);
    await assertSpeaksAmqp(host, tls, timeoutMs);
    const connection = new Connection(connectionOptions(broker, host, tls, timeoutMs));
    // Who waits for something is told by its promise; nothing else needs to know.
    connection.on('error', () => connection.unsafeDestroy());
    try {
      await once(connection, 'connection');
      const channel = await inTime(confirming(connection), timeoutMs, () => connection.unsafeDestroy());
      return new AmqpLink(broker, host, connection, channel);
    } catch (error) {
      connection.unsafeDestroy();
      throw error;
    }
  }

  /** It is false once RabbitMQ, the network or keyward has ended it. */
  get isOpen(): boolean {
    return this.#channel.active && !this.#isCut;
  }

  /**
   * Resolves when RabbitMQ confirms that a queue has the message; the properties are those that kombu sets. Throws what
   * RabbitMQ or the socket said, or Unroutable.
   */
  async send({ id, routingKey, body }: Outgoing): Promise<void> {
    await this.#declare(routingKey);
    const properties = {
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      durable: true,
      priority: 0,
    };
    await this.#channel.basicPublish(
      { ...properties, messageId: id, exchange: this.#broker.exchange, routingKey, mandatory: true },
      body,
    );
    // RabbitMQ returns a message before it confirms it, but the client tells of that in the next turn of the loop.
    await new Promise(setImmediate);
    if (!this.#returned.delete(id)) return;
    this.#declared.delete(routingKey);
    throw new Unroutable();
  }

  /** Ends the connection at once; what is under way fails. */
  cut(): void {
    this.#isCut = true;
    this.#connection.unsafeDestroy();
  }

  /** Takes leave of RabbitMQ, which may take no longer than so many milliseconds. */
  async close(timeoutMs: number): Promise<void> {
    if (this.isOpen) await inTime(this.#leave(), timeoutMs, () => {}).catch(() => {});
    this.cut();
  }

  async #leave(): Promise<void> {
    await this.#channel.close();
    await this.#connection.close();
  }

  /** Declares what is not there yet, once in a connection (NOTE: impl_rabbit.py, _publish_and_creates_default_queue). */
  #declare(routingKey: string): Promise<unknown> {
    const declared = this.#declared.get(routingKey) ?? this.#declareQueue(routingKey);
    this.#declared.set(routingKey, declared);
    return declared;
  }

  async #declareQueue(routingKey: string): Promise<void> {
    const { exchange, isDurable: durable, isAutoDelete: autoDelete, queueArguments } = this.#broker;
    await this.#channel.exchangeDeclare({ exchange, type: 'topic', durable, autoDelete });
    await this.#channel.queueDeclare({ queue: routingKey, durable, autoDelete, arguments: queueArguments });
    await this.#channel.queueBind({ queue: routingKey, exchange, routingKey });
  }
}

async function confirming(connection: Connection): Promise<Channel> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true });
  channel.on('error', () => {});
  await channel.confirmSelect();
  return channel;
}

const connectionOptions = (
  { virtualHost: vhost }: Broker,
  host: BrokerHost,
  tls: TlsOptions | null,
  timeoutMs: number,
): ConnectionOptions => ({
  ...host,
  vhost,
  connectionName: 'keyward',
  connectionTimeout: timeoutMs,
  noDelay: true,
  ...(tls && { tls }),
});

/** A broker's certificate is always checked, against its host's name too. */
const tlsOptions = ({ caFile, certFile, keyFile }: BrokerTls): TlsOptions => ({
  ca: caFile ? readFileSync(caFile) : trusted(),
  ...(certFile && { cert: readFileSync(certFile) }),
  ...(keyFile && { key: readFileSync(keyFile) }),
});
