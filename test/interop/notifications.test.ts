import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Connection } from 'rabbitmq-client';
import { AmqpNotifier } from '../../src/drivers/notifications/amqp.ts';
import type { Broker } from '../../src/rules/compute/notification-settings.ts';
import { Transient } from '../../src/rules/errors.ts';
import { NotificationService } from '../../src/services/compute/notification-service.ts';
import { until } from '../support/home/cli.ts';
import { NotificationListener } from '../support/interop/notification-listener.ts';
import { certificate, proxyTls } from '../support/cloud/tls.ts';
import { RabbitMq } from '../support/interop/nova/rabbitmq.ts';
import { AmqpProxy } from '../support/notifications/amqp-proxy.ts';
import { brokerAt, PASSWORD } from '../support/notifications/broker.ts';
import { AT, by, everyEvent } from '../support/notifications/every-event.ts';
import { notification } from '../support/notifications/notification.ts';

const topicsOf = (isEnveloped: boolean): string[] => [`versioned_${isEnveloped}`, `other_${isEnveloped}`];

let dir: string;
let rabbit: RabbitMq;
let listener: NotificationListener;
beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-rabbit-'));
  rabbit = await RabbitMq.start(dir);
  const early = new AmqpNotifier(brokerOf(portOf(rabbit)), { topics: ['early'], isEnveloped: true });
  await early.publish(notification('early-1'));
  await early.close();
  listener = await NotificationListener.start(rabbit.url, ['early', ...topicsOf(true), ...topicsOf(false)]);
});
afterAll(async () => {
  await listener?.close();
  await rabbit?.close();
  rmSync(dir, { recursive: true, force: true });
});

const toClose: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of toClose.splice(0).toReversed()) await each.close();
});
const closing = <T extends { close(): unknown }>(each: T): T => {
  toClose.push(each);
  return each;
};

const portOf = ({ url }: RabbitMq): number => Number(new URL(url.replace('rabbit:', 'http:')).port);
/** RabbitMQ's own account, whose password is no secret. */
const guests = (broker: Broker): Broker => ({
  ...broker,
  hosts: broker.hosts.map((host) => ({ ...host, password: 'guest' })),
});
const brokerOf = (port: number, given: Partial<Broker> = {}): Broker => guests(brokerAt([port], given));
const notifier = (broker: Broker, topic: string, timeoutMs = 20_000): AmqpNotifier =>
  closing(new AmqpNotifier(broker, { topics: [topic], isEnveloped: true, timeoutMs }));
const client = (port: number): Connection => {
  const connection = new Connection(`amqp://guest:guest@127.0.0.1:${port}`);
  connection.on('error', () => {});
  return closing(connection);
};

/** Takes every message off a queue, and gives what they are. */
async function drained(connection: Connection, queue: string): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (;;) {
    const message = await connection.basicGet({ queue, noAck: true });
    if (!message) return found;
    const { 'oslo.message': text } = JSON.parse(String(message.body)) as { 'oslo.message': string };
    found.push(JSON.parse(text) as Record<string, unknown>);
  }
}

/** Nothing is kept here: what can't be sent is an error. */
const UNKEPT = {
  keep: () => Promise.reject(new Transient('Unsent', 'It was not sent.', 'Look why.')),
  sendOne: () => Promise.resolve(false),
};

it('what was sent before anybody listened waits in the queue', async () => {
  expect(await listener.next()).toMatchObject({ metadata: { message_id: 'early-1' } });
});

it.each([
  ['in its envelope', true],
  ['bare', false],
])('a real oslo.messaging hears each event, %s, as Nova has it', async (_, isEnveloped) => {
  const topics = topicsOf(isEnveloped);
  const amqp = closing(new AmqpNotifier(brokerOf(portOf(rabbit)), { topics, isEnveloped }));
  const service = new NotificationService(amqp, UNKEPT);
  for (const announcement of everyEvent) {
    await service.publish({ announcement, by, host: 'host1', at: AT });
    const heard = [await listener.next(), await listener.next()];
    for (const one of heard) {
      expect(one).toMatchObject({
        flaws: [],
        priority: announcement.priority,
        publisher_id: `${announcement.source}:host1`,
        event_type: announcement.eventType,
        metadata: { timestamp: '2026-11-21 00:33:11.123456', message_id: heard[0]!.metadata.message_id },
        context: {
          request_id: by.requestId,
          user_id: by.caller.userId,
          project_id: by.caller.projectId,
        },
      });
      expect(one.payload).toEqual(announcement.payload);
    }
  }
});

it('many at once share a connection, and all arrive', async () => {
  const amqp = notifier(brokerOf(portOf(rabbit)), 'many');
  const ids = Array.from({ length: 100 }, (_, at) => `many-${at}`);
  await Promise.all(ids.map((id) => amqp.publish(notification(id, {}, 20_000))));
  const found = await drained(client(portOf(rabbit)), 'many.info');
  expect(found.map((message) => message['message_id']).toSorted()).toEqual(ids.toSorted());
});

describe('is no success:', () => {
  it('a message that RabbitMQ has no queue for; the next one declares it again', async () => {
    const amqp = notifier(brokerOf(portOf(rabbit)), 'gone');
    const other = client(portOf(rabbit));
    await amqp.publish(notification('1'));
    await other.queueDelete('gone.info');
    await expect(amqp.publish(notification('2'))).rejects.toThrow(
      expect.objectContaining({ name: 'NotificationUnroutable', outcome: null }),
    );
    await amqp.publish(notification('2'));
    expect(await drained(other, 'gone.info')).toMatchObject([{ message_id: '2' }]);
  });

  it.each<[string, Partial<Broker>, string]>([
    ['a password that is wrong', brokerAt([]), 'BrokerRefused'],
    ['a virtual host that is not there', { virtualHost: 'nosuch' }, 'BrokerRefused'],
    ['a queue that is there in another form', { isDurable: true }, 'BrokerConflict'],
  ])('%s, which an operator must correct', async (_, given, name) => {
    await notifier(brokerOf(portOf(rabbit)), 'form').publish(notification('1'));
    const port = portOf(rabbit);
    const broker =
      name === 'BrokerRefused' && !given.virtualHost?.startsWith('n')
        ? brokerAt([port])
        : brokerOf(port, given);
    const error = await notifier(broker, 'form')
      .publish(notification('2'))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name });
    expect(error).not.toBeInstanceOf(Transient);
    expect(JSON.stringify({ ...(error as object), message: (error as Error).message })).not.toContain(
      PASSWORD,
    );
  });

  it('what leaves no connection behind', async () => {
    await notifier(brokerOf(portOf(rabbit)), 'left').publish(notification('1'));
    const proxy = closing(await AmqpProxy.open(portOf(rabbit)));
    const amqp = new AmqpNotifier(brokerOf(proxy.port, { isDurable: true }), {
      topics: ['left'],
      isEnveloped: true,
    });
    for (const id of ['2', '3'])
      await expect(amqp.publish(notification(id))).rejects.toMatchObject({ name: 'BrokerConflict' });
    await amqp.close();
    await until(() => proxy.open === 0);
  }, 20_000);

  it('a confirmation that does not come in time', async () => {
    const proxy = closing(await AmqpProxy.open(portOf(rabbit)));
    const amqp = notifier(brokerOf(proxy.port), 'slow', 500);
    await amqp.publish(notification('1'));
    const held = proxy.holdConfirmation();
    await expect(amqp.publish(notification('2'))).rejects.toThrow(/did not answer within 0\.5 s/);
    await held;
    proxy.release();
    await amqp.publish(notification('2'));
  });
});

it('a host that is down is passed over', async () => {
  const broker = guests(brokerAt([1, portOf(rabbit)]));
  await expect(notifier(broker, 'second').publish(notification('1'))).resolves.toBeUndefined();
});

it('a repetition is heard again, and has the same id', async () => {
  const service = new NotificationService(notifier(brokerOf(portOf(rabbit)), 'early'), UNKEPT);
  const [announcement, another] = everyEvent;
  for (const each of [announcement!, announcement!, another!])
    await service.publish({ announcement: each, by, host: 'host1', at: AT });
  const heard = [await listener.next(), await listener.next(), await listener.next()];
  const [first, again, other] = heard.map(({ metadata }) => metadata.message_id);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
});

describe('by TLS', () => {
  const files = {
    caFile: certificate('ca.pem'),
    certFile: certificate('client.pem'),
    keyFile: certificate('client.key'),
  };
  const behindTls = async (): Promise<Broker> => {
    const { address } = closing(await proxyTls(`127.0.0.1:${portOf(rabbit)}`, { mutual: true }));
    return brokerOf(Number(address.split(':')[1]), { tls: files });
  };
  const failure = (broker: Broker): Promise<unknown> =>
    notifier(broker, 'tls')
      .publish(notification('1'))
      .catch((error: unknown) => error);

  it('it is sent where both certificates are right', async () => {
    expect(await failure(await behindTls())).toBeUndefined();
  });

  it.each([
    ['of an authority that this host does not trust', { ...files, caFile: null }],
    ['that the broker wants of keyward', { ...files, certFile: null, keyFile: null }],
  ])('it is not sent for want of a certificate %s', async (_, tls) => {
    const error = await failure({ ...(await behindTls()), tls });
    expect(error).toMatchObject({ name: 'BrokerTls', cure: expect.stringContaining('ssl_ca_file') });
    expect(error).not.toBeInstanceOf(Transient);
  });
});

it('a RabbitMQ that is killed before it confirms gets it again, under the same id', async () => {
  await listener.close();
  const broker = { isDurable: true, exchange: 'durable', queueArguments: {} };
  const proxy = closing(await AmqpProxy.open(portOf(rabbit)));
  const service = new NotificationService(notifier(brokerOf(proxy.port, broker), 'killed'), UNKEPT);
  const occasion = { announcement: everyEvent[0]!, by, host: 'host1', at: AT };
  // It loses its connection too, and must be able to close all the same.
  await notifier(brokerOf(portOf(rabbit)), 'idle').publish(notification('1'));

  const held = proxy.holdConfirmation();
  const lost = service.publish(occasion).then(
    () => null,
    (error: unknown) => error,
  );
  await held;
  await rabbit.close();
  expect(await lost).toBeInstanceOf(Transient);

  rabbit = await RabbitMq.start(dir);
  proxy.target = portOf(rabbit);
  proxy.release();
  await service.publish(occasion);
  const found = await drained(client(portOf(rabbit)), 'killed.info');
  expect(found).toHaveLength(2);
  expect(new Set(found.map((message) => message['message_id'])).size).toBe(1);
});
