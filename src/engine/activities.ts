import { STEP_PATIENCE } from '../database/patience.ts';
import type { Announce } from '../rules/announce.ts';
import type { Served } from '../temporal/worker.ts';
import type { Compute } from './compute.ts';
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

/** Opens what a worker does for the compute service: the steps of its runs, `poolSize` of them at once. */
export async function serveCompute(compute: Compute, poolSize: number, announce: Announce): Promise<Served> {
  const [
    { withRuleFailures },
    { createUpgradeCheckActivities },
    { CheckDatabase },
    { checkCells },
    { openPolicyFiles },
    { readNovaConfig },
  ] = await Promise.all([
    import('../activities/rule-failures.ts'),
    import('../activities/upgrade-check.ts'),
    import('../services/check-database.ts'),
    import('../services/compute/check-cells.ts'),
    import('../config/policy-files.ts'),
    import('../config/nova-options.ts'),
  ]);
  const { openCompute } = await import('./compute.ts');
  const [target, services] = await Promise.all([
    compute.target(),
    compute
      .address()
      .then((address) =>
        openCompute(address, compute.addressOf, compute.urls, { patience: STEP_PATIENCE, poolSize, announce }),
      ),
  ]);
  const activities = withRuleFailures(
    target,
    createUpgradeCheckActivities({
      database: new CheckDatabase(services.database),
      cells: checkCells(services.cells),
      policyFiles: openPolicyFiles,
      config: (paths) => readNovaConfig(paths, process.env),
    }),
  );
  return { target, activities, close: () => services.close() };
}
