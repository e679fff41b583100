import { STEP_PATIENCE } from '../database/patience.ts';
import type { Announce } from '../rules/announce.ts';
import type { Served } from '../temporal/worker.ts';
import type { Identity } from './identity.ts';
import { openIdentity } from './identity.ts';

/** Opens what a worker does for the identity service: the steps of its runs, `poolSize` of them at once. */
export async function serveIdentity(
  identity: Identity,
  poolSize: number,
  announce: Announce,
): Promise<Served> {
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
  const [target, services] = await Promise.all([
    identity.target(),
    identity
      .address()
      .then((address) => openIdentity(address, { patience: STEP_PATIENCE, poolSize, announce })),
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
