import type { NotificationDriver, NotificationSettings } from '../../rules/compute/notification-settings.ts';
import { LogNotifier } from './log.ts';
import type { Notifier } from './notifier.ts';

/**
 * Opens what the settings say; nothing is connected or written before the first notification. Several drivers get each
 * notification in turn, and what one of them throws is thrown, so that a repetition goes to all of them again.
 */
export async function openNotifier(settings: NotificationSettings, logFile: string): Promise<Notifier> {
  const notifiers = await Promise.all(settings.drivers.map((driver) => opened(driver, settings, logFile)));
  return {
    async publish(notification) {
      for (const notifier of notifiers) await notifier.publish(notification);
    },
    async close() {
      for (const notifier of notifiers) await notifier.close();
    },
  };
}

/** The client of RabbitMQ takes a tenth of a second to import, and most need none. */
async function opened(
  driver: NotificationDriver,
  { topics, broker }: NotificationSettings,
  logFile: string,
): Promise<Notifier> {
  if (driver === 'log') return new LogNotifier(logFile);
  const { AmqpNotifier } = await import('./amqp.ts');
  return new AmqpNotifier(broker!, { topics, isEnveloped: driver === 'messagingv2' });
}
