import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { AmqpNotifier } from '../../../src/drivers/notifications/amqp.ts';
import type { Broker } from '../../../src/rules/compute/notification-settings.ts';
import { Transient, Unavailable } from '../../../src/rules/errors.ts';
import { freePort } from '../../support/free-port.ts';
import { brokerAt, PASSWORD } from '../../support/notifications/broker.ts';
import { notification } from '../../support/notifications/notification.ts';

const opened: Server[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) server.close();
});

/** Starts a server that does this with each connection, and gives its port. */
async function serving(use: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => use(socket.on('error', () => {})));
  opened.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

async function failure(broker: Broker, timeoutMs = 5_000): Promise<Unavailable> {
  const notifier = new AmqpNotifier(broker, { topics: ['t'], isEnveloped: true, timeoutMs });
  const error = await notifier.publish(notification('1')).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  await notifier.close();
  if (!(error instanceof Unavailable)) throw new Error('It was published.', { cause: error });
  expect(error.message + error.cure).not.toContain(PASSWORD);
  return error;
}

it('a broker that is not there may come', async () => {
  const port = await freePort();
  const error = await failure(brokerAt([port]));
  expect(error).toBeInstanceOf(Transient);
  expect(error).toMatchObject({
    name: 'BrokerUnreachable',
    message: `RabbitMQ at 127.0.0.1:${port} can't be used: connect ECONNREFUSED 127.0.0.1:${port}.`,
    cure: 'Start RabbitMQ, or correct nova.conf [DEFAULT] transport_url.',
  });
});

it('a name of two addresses, neither of which answers, has words too', async () => {
  const port = await freePort();
  const broker = brokerAt([port]);
  const error = await failure({ ...broker, hosts: [{ ...broker.hosts[0]!, hostname: 'localhost' }] });
  expect(error.message).toMatch(/^RabbitMQ at localhost:\d+ can't be used: .*ECONNREFUSED/);
});

it('each host is tried, and the last one is told of', async () => {
  let tries = 0;
  const first = await serving((socket) => {
    tries += 1;
    socket.destroy();
  });
  const second = await freePort();
  const error = await failure(brokerAt([first, second]));
  expect(tries).toBe(1);
  expect(error.message).toContain(`127.0.0.1:${second}`);
});

it('a broker that hangs up may come back', async () => {
  const error = await failure(brokerAt([await serving((socket) => socket.destroy())]));
  expect(error).toBeInstanceOf(Transient);
  expect(error.name).toBe('BrokerUnreachable');
});

it('a broker that is silent is given up', async () => {
  const error = await failure(brokerAt([await serving(() => {})]), 200);
  expect(error).toBeInstanceOf(Transient);
  expect(error.message).toMatch(/did not answer within 0\.2 s/);
});

it.each([
  ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['an SSH server', 'SSH-2.0-OpenSSH_9.2p1\r\n'],
  ['a server of TLS, asked without it', '\x15\x03\x03\x00\x02\x02\x46'],
  ['a RabbitMQ of another protocol', 'AMQP\0\x01\0\0'],
])('%s, which is no RabbitMQ, is told of, and ends no process', async (_, greeting) => {
  const port = await serving((socket) => socket.end(Buffer.from(greeting, 'latin1')));
  const error = await failure(brokerAt([port]));
  expect(error).toBeInstanceOf(Transient);
  expect(error.message).toMatch(/what answers there is no RabbitMQ/);
});

it('a file of TLS that is not there must be corrected', async () => {
  const tls = { caFile: '/nonexistent/ca.pem', certFile: null, keyFile: null };
  const error = await failure(brokerAt([await freePort()], { tls }));
  expect(error).not.toBeInstanceOf(Transient);
  expect(error).toMatchObject({ name: 'BrokerTlsFile', cure: expect.stringContaining('ssl_ca_file') });
});

it('a failure is no reason not to try again', async () => {
  let tries = 0;
  const port = await serving((socket) => {
    tries += 1;
    socket.destroy();
  });
  const notifier = new AmqpNotifier(brokerAt([port]), { topics: ['t'], isEnveloped: true });
  await expect(notifier.publish(notification('1'))).rejects.toThrow(Transient);
  await expect(notifier.publish(notification('1'))).rejects.toThrow(Transient);
  expect(tries).toBe(2);
});
