import { hostname } from 'node:os';
import path from 'node:path';
import type { ComputeHostChoice } from '../config/compute-host.ts';
import type { Home } from '../config/home.ts';
import type { ComputeDriver } from '../drivers/compute/driver.ts';
import type { Notifier } from '../drivers/notifications/notifier.ts';
import type { HomeImages } from '../drivers/images/home-images.ts';
import type { Announce } from '../rules/announce.ts';
import type { NotifyOn } from '../rules/compute/notifications/instance-update.ts';
import type { Notifications } from '../rules/compute/settings.ts';
import { RuleError } from '../rules/errors.ts';
import type { Target } from '../rules/target.ts';
import type { Served } from '../temporal/worker.ts';
import { serveCompute } from './activities.ts';
import { startBeat } from './beat.ts';
import { keepLocks } from './keep-locks.ts';
import { openComputeHost } from './compute-host.ts';
import type { ComputeServices } from './open-compute.ts';
import type { Work } from './service.ts';

type Wanted = {
  target: Target;
  services: ComputeServices;
  home: Home;
  images: HomeImages;
  env: NodeJS.ProcessEnv;
  announce: Announce;
  client: Work['client'];
  notifications: Notifications;
  /** What was said of servers on this host, and whether it runs some where nothing was said. */
  choice: ComputeHostChoice;
  isHostByDefault: boolean;
};

/** Kept notifications are tried again so often, in milliseconds. */
const SEND_EVERY_MS = 10_000;

/** Opens what a worker does for the compute service, on its host and for all of them. */
export async function workOnCompute(wanted: Wanted): Promise<Served> {
  const { target, services, env, announce, choice, isHostByDefault } = wanted;
  const [
    { ServerGuests },
    { ServerAnnouncer },
    { LockAnnouncer },
    { NotificationService },
    { KeptNotifications },
    { LeaseRuns },
  ] = await Promise.all([
    import('../services/compute/server-guests.ts'),
    import('../services/compute/server-announcer.ts'),
    import('../services/compute/lock-announcer.ts'),
    import('../services/compute/notification-service.ts'),
    import('../services/compute/kept-notifications.ts'),
    import('../temporal/lease-timers.ts'),
  ]);
  const driver = await openDriver(choice.driver ?? (isHostByDefault ? 'local' : 'none'), wanted);
  const guests = new ServerGuests(services.database, services.cells, driver);
  const parts = { host: hostname(), cell: choice.cell, hosts: services.hosts, guests, announce };
  const isAsked = choice.driver !== null;
  const host = driver && (await openComputeHost({ ...parts, driver }, { isAsked }));
  const { notifier, notifyOn } = notifierOf(wanted);
  const notifications = new NotificationService(notifier, new KeptNotifications(services.database));
  const sending = startBeat(SEND_EVERY_MS, () => notifications.sendKept(), announce);
  const announcer = new ServerAnnouncer(services.cells, notifications, notifyOn);
  const lockAnnouncer = new LockAnnouncer(services.cells, notifications);
  const timers = new LeaseRuns(target, wanted.client);
  const locks = keepLocks(services.lockLeases, timers, lockAnnouncer, announce);
  const served = await serveCompute(target, services, { env, guests, announcer, lockAnnouncer, timers });
  return {
    ...served,
    close: async () => {
      await Promise.all([host?.close(), sending.close(), locks.close()]);
      await notifier.close();
      await served.close();
    },
  };
}

/**
 * Opens what sends notifications when there is one to send. What is wrong with the settings is told now, and hinders no
 * other work: notifications are kept until a worker can send them.
 */
function notifierOf({ notifications, home, announce }: Wanted): { notifier: Notifier; notifyOn: NotifyOn } {
  let opened: Promise<Notifier> | null = null;
  const open = async (): Promise<Notifier> => {
    const { openNotifier } = await import('../drivers/notifications/open-notifier.ts');
    return openNotifier(notifications.read(), path.join(home.logDir, 'notifications.log'));
  };
  const notifier: Notifier = {
    publish: async (notification) => (await (opened ??= open())).publish(notification),
    close: async () => (await opened?.catch(() => null))?.close(),
  };
  try {
    return { notifier, notifyOn: notifications.read().notifyOn };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    announce(`Notifications are kept, and not sent: ${error.message} ${error.cure}`);
    return { notifier, notifyOn: null };
  }
}

async function openDriver(
  name: NonNullable<ComputeHostChoice['driver']>,
  { home, images, env }: Wanted,
): Promise<ComputeDriver | null> {
  if (name === 'none') return null;
  if (name === 'fake') {
    const { FAKE_COMPUTE, FakeDriver, parseFakeBehaviour } = await import('../drivers/compute/fake.ts');
    return new FakeDriver(parseFakeBehaviour(env[FAKE_COMPUTE] || '{}'));
  }
  const { LocalDriver } = await import('../drivers/compute/local.ts');
  const dataPath = async (id: string): Promise<string> => images.dataPath((await images.find(id)).id);
  return new LocalDriver({ home: home.dir, images: { dataPath }, searchPath: env['PATH'] ?? '' });
}
