import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openNotifier } from '../../../src/drivers/notifications/open-notifier.ts';
import type { NotificationDriver } from '../../../src/rules/compute/notification-settings.ts';
import { freePort } from '../../support/free-port.ts';
import { brokerAt } from '../../support/notifications/broker.ts';
import { notification } from '../../support/notifications/notification.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-notifier-'));
  file = path.join(dir, 'notifications.log');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Sends one notification by these drivers; no RabbitMQ is there. */
async function publish(drivers: NotificationDriver[]): Promise<void> {
  const broker = brokerAt([await freePort()]);
  const notifier = await openNotifier({ drivers, topics: ['t'], broker, notifyOn: null }, file);
  try {
    await notifier.publish(notification('1'));
  } finally {
    await notifier.close();
  }
}
const lines = (): number => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').length : 0);

describe('a notification goes', () => {
  it.each<[string, NotificationDriver[], number]>([
    ['nowhere without a driver', [], 0],
    ['to the log', ['log'], 1],
  ])('%s', async (_, drivers, expected) => {
    await publish(drivers);
    expect(lines()).toBe(expected);
  });

  it.each<[string, NotificationDriver[], number]>([
    ['to RabbitMQ', ['messagingv2'], 0],
    ['to RabbitMQ without an envelope', ['messaging'], 0],
    ['to the log and then to RabbitMQ', ['log', 'messagingv2'], 1],
    ['to no other driver after one that failed', ['messagingv2', 'log'], 0],
  ])('%s, whose failure is told', async (_, drivers, expected) => {
    await expect(publish(drivers)).rejects.toMatchObject({ name: 'BrokerUnreachable' });
    expect(lines()).toBe(expected);
  });
});
