import { describeChecks, loadChecks } from '../checks/registry.ts';
import { type CheckParts, runCheck } from '../checks/run-check.ts';
import type { Asked } from '../rules/run-request.ts';
import type { SuiteStep } from '../rules/upgrade-check.ts';

export const createUpgradeCheckActivities = (parts: CheckParts) => ({
  listChecks: (request: Asked<SuiteStep>) => describeChecks(request.suite),
  runCheck: async (request: Asked<SuiteStep> & { id: string }) => {
    const check = (await loadChecks(request.suite)).find((candidate) => candidate.id === request.id);
    if (!check)
      throw new Error(
        `This worker has no check ${request.id}: it is another build than the one that listed it.`,
      );
    return runCheck(check, parts, request);
  },
});

export type UpgradeCheckActivities = ReturnType<typeof createUpgradeCheckActivities>;
