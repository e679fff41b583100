import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Notification } from '../../../src/rules/compute/notification.ts';
import { endNow } from './nova/process.ts';
import { ensureVenv } from './venv.ts';

/** A notification as a listener of oslo.messaging gets it; `flaws` is what Nova's own classes find wrong with it. */
export type Heard = {
  priority: string;
  context: Record<string, unknown>;
  publisher_id: string;
  event_type: string;
  payload: Notification['payload'];
  metadata: { message_id: string; timestamp: string };
  flaws: string[];
};

/** A real oslo.messaging that listens to topics of a RabbitMQ. */
export class NotificationListener {
  readonly #python: ChildProcess;
  readonly #lines: AsyncIterableIterator<string>;

  private constructor(python: ChildProcess) {
    this.#python = python;
    this.#lines = createInterface(python.stdout!)[Symbol.asyncIterator]() as AsyncIterableIterator<string>;
  }

  /** Resolves once the queues are there; `options` are those of [oslo_messaging_rabbit]. Always `close` it. */
  static async start(url: string, topics: string[], options: object = {}): Promise<NotificationListener> {
    const script = path.resolve('test/support/interop/notification_listener.py');
    const args = ['-P', '-W', 'ignore', script, JSON.stringify({ url, topics, options })];
    const stdio = ['pipe', 'pipe', 'inherit'] as const;
    const python = spawn(path.join(await ensureVenv(), 'bin/python'), args, { stdio: [...stdio] });
    const listener = new NotificationListener(python);
    await listener.#line();
    return listener;
  }

  /** Gives the next notification, once there is one. */
  async next(): Promise<Heard> {
    return JSON.parse(await this.#line()) as Heard;
  }

  async close(): Promise<void> {
    await endNow(this.#python);
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('The listener has ended.');
    return value;
  }
}
