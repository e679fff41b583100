import type { CheckDescription, UpgradeCheckRequest } from '../rules/upgrade-check.ts';

/** The checks of a suite, for a command that only lists them: no database, no workflow. */
export async function describeSuite(suite: UpgradeCheckRequest['suite']): Promise<CheckDescription[]> {
  const { describeChecks } = await import('../checks/registry.ts');
  return describeChecks(suite);
}
