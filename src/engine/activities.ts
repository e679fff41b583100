import type { LeaseTimers } from '../rules/compute/lease-timers.ts';
import type { Target } from '../rules/target.ts';
import type { LockAnnouncer } from '../services/compute/lock-announcer.ts';
import type { ServerAnnouncer } from '../services/compute/server-announcer.ts';
import type { ServerGuests } from '../services/compute/server-guests.ts';
import type { Served } from '../temporal/worker.ts';
import type { ComputeServices } from './open-compute.ts';
import type { IdentityServices } from './identity.ts';

/** Gives what a worker does for the identity service: the steps of its runs, with these services of its own. */
export async function serveIdentity(target: Target, services: IdentityServices): Promise<Served> {
  const [
    { withRuleFailures },
    { createIdentityActivities },
    { createUpgradeCheckActivities },
    { CheckDatabase },
    { openPolicyFiles },
  ] = await Promise.all([
    import('../activities/rule-failures.ts'),
    import('../activities/identity.ts'),
    import('../activities/upgrade-check.ts'),
    import('../services/check-database.ts'),
    import('../config/policy-files.ts'),
  ]);
  const activities = withRuleFailures(target, {
    ...createIdentityActivities(services.bootstrap),
    ...createUpgradeCheckActivities({
      database: new CheckDatabase(services.database),
      policyFiles: openPolicyFiles,
    }),
  });
  return { target, activities, close: () => services.close() };
}

/** What a worker has for the compute service besides its services; `env` beats what nova.conf says. */
type OfWorker = {
  env: NodeJS.ProcessEnv;
  guests: ServerGuests;
  announcer: ServerAnnouncer;
  lockAnnouncer: LockAnnouncer;
  timers: LeaseTimers;
};

/** Does the same for the compute service. */
export async function serveCompute(
  target: Target,
  services: ComputeServices,
  worker: OfWorker,
): Promise<Served> {
  const { withRuleFailures } = await import('../activities/rule-failures.ts');
  const activities = withRuleFailures(target, {
    ...(await serverActivities(services, worker)),
    ...(await novaChecks(services, worker.env)),
  });
  return { target, activities, close: () => services.close() };
}

async function serverActivities(
  services: ComputeServices,
  { guests, announcer, lockAnnouncer, timers }: OfWorker,
) {
  const [{ createServerActivities }, { createLockActivities }] = await Promise.all([
    import('../activities/servers.ts'),
    import('../activities/locks.ts'),
  ]);
  return {
    ...createServerActivities({
      creation: services.serverCreation,
      deletion: services.serverDeletion,
      update: services.serverUpdate,
      guests,
      announce: (request) => announcer.announce(request),
    }),
    ...createLockActivities({
      locks: services.serverLocks,
      fleet: services.fleetLocks,
      leases: services.lockLeases,
      protecting: services.serverProtecting,
      announcer: lockAnnouncer,
      timers,
    }),
  };
}

async function novaChecks(services: ComputeServices, env: NodeJS.ProcessEnv) {
  const [
    { createUpgradeCheckActivities },
    { CheckDatabase },
    { checkCells },
    { openPolicyFiles },
    { readNovaConfig },
    { readServiceAccess },
    { openServiceApis },
  ] = await Promise.all([
    import('../activities/upgrade-check.ts'),
    import('../services/check-database.ts'),
    import('../services/compute/check-cells.ts'),
    import('../config/policy-files.ts'),
    import('../config/nova-options.ts'),
    import('../config/service-credentials.ts'),
    import('../drivers/service-apis.ts'),
  ]);
  return createUpgradeCheckActivities({
    database: new CheckDatabase(services.database),
    cells: checkCells(services.cells),
    policyFiles: openPolicyFiles,
    config: (paths) => readNovaConfig(paths, env),
    apis: (paths) => openServiceApis(readServiceAccess(paths, env)),
  });
}
