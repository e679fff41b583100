import { hostname } from 'node:os';
import path from 'node:path';
import type { ComputeHostChoice } from '../config/compute-host.ts';
import type { Home } from '../config/home.ts';
import type { ComputeDriver } from '../drivers/compute/driver.ts';
import type { HomeImages } from '../drivers/images/home-images.ts';
import type { Announce } from '../rules/announce.ts';
import type { NotificationSettings } from '../rules/compute/notification-settings.ts';
import type { Target } from '../rules/target.ts';
import type { Served } from '../temporal/worker.ts';
import { serveCompute } from './activities.ts';
import { ComputeHost } from './compute-host.ts';
import type { ComputeServices } from './open-compute.ts';

type Wanted = {
  target: Target;
  services: ComputeServices;
  home: Home;
  images: HomeImages;
  env: NodeJS.ProcessEnv;
  announce: Announce;
  notifications: NotificationSettings;
  /** What was said of servers on this host, and whether it runs some where nothing was said. */
  choice: ComputeHostChoice;
  isHostByDefault: boolean;
};

/** Opens what a worker does for the compute service, on its host and for all of them. */
export async function workOnCompute(wanted: Wanted): Promise<Served> {
  const { target, services, home, env, announce, choice, isHostByDefault, notifications } = wanted;
  const [{ ServerGuests }, { ServerAnnouncer }, { NotificationService }, { openNotifier }] =
    await Promise.all([
      import('../services/compute/server-guests.ts'),
      import('../services/compute/server-announcer.ts'),
      import('../services/compute/notification-service.ts'),
      import('../drivers/notifications/open-notifier.ts'),
    ]);
  const driver = await openDriver(choice.driver ?? (isHostByDefault ? 'local' : 'none'), wanted);
  const guests = new ServerGuests(services.cells, driver);
  const host =
    driver &&
    (await ComputeHost.open(
      { host: hostname(), cell: choice.cell, driver, hosts: services.hosts, guests, announce },
      { isAsked: choice.driver !== null },
    ));
  const notifier = await openNotifier(notifications, path.join(home.logDir, 'notifications.log'));
  const announcer = new ServerAnnouncer(
    services.cells,
    new NotificationService(notifier),
    notifications.notifyOn,
  );
  const served = await serveCompute(target, services, { env, guests, announcer });
  return {
    ...served,
    close: async () => {
      await host?.close();
      await notifier.close();
      await served.close();
    },
  };
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
