import { describeChecks, loadChecks } from '../checks/registry.ts';
import { type CheckParts, runCheck } from '../checks/run-check.ts';
import type { UpgradeCheckRequest } from '../rules/upgrade-check.ts';

export const createUpgradeCheckActivities = (parts: CheckParts) => ({
  listChecks: (request: UpgradeCheckRequest) => describeChecks(request.suite),
  runCheck: async ({ id, request }: { id: string; request: UpgradeCheckRequest }) => {
    const check = (await loadChecks(request.suite)).find((candidate) => candidate.id === id);
    if (!check)
      throw new Error(`This worker has no check ${id}: it is another build than the one that listed it.`);
    return runCheck(check, parts, request);
  },
});

export type UpgradeCheckActivities = ReturnType<typeof createUpgradeCheckActivities>;
