import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { BrokerHost } from '../../rules/compute/notification-settings.ts';
import { inTime } from './in-time.ts';

/** Begins AMQP 0-9-1. */
const PROTOCOL_HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
/** RabbitMQ's first frame is far shorter, in bytes. */
const LONGEST = 1 << 20;

/**
 * Makes sure that what answers there speaks AMQP 0-9-1. To rabbitmq-client 5.0.8 the first bytes of anything else are
 * the length of a frame, and a length over 1 GiB (as of what an HTTP or SSH server says) ends the whole process.
 */
export async function assertSpeaksAmqp(
  { hostname: host, port }: BrokerHost,
  tls: ConnectionOptions | null,
  timeoutMs: number,
): Promise<void> {
  const socket = tls ? connectTls({ ...tls, host, port }) : connect({ host, port });
  try {
    socket.write(PROTOCOL_HEADER);
    await inTime(firstFrame(socket), timeoutMs, () => socket.destroy());
  } finally {
    socket.destroy();
  }
}

async function firstFrame(socket: Socket): Promise<void> {
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    if (chunk.length >= 7 && chunk[0] === 1 && chunk.readUInt32BE(3) < LONGEST) return;
    throw new Error('what answers there is no RabbitMQ');
  }
  throw new Error('it hung up');
}
