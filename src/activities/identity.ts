import type { BootstrapReport, BootstrapRequest } from '../rules/identity/bootstrap/request.ts';
import { RuleError } from '../rules/errors.ts';
import type { Asked } from '../rules/run-request.ts';
import type { BootstrapService } from '../services/identity/bootstrap-service.ts';

export const createIdentityActivities = (bootstrap: BootstrapService) => ({
  planBootstrap: (request: Asked<BootstrapRequest>) => bootstrap.begin(request),
  applyBootstrap: (request: Asked<BootstrapRequest>): Promise<BootstrapReport> =>
    bootstrap.apply(request).catch(doubt),
});

export type IdentityActivities = ReturnType<typeof createIdentityActivities>;

/** Leaves it open what was changed: this attempt knows nothing of an earlier one, whose COMMIT may have been lost. */
function doubt(error: unknown): never {
  throw error instanceof RuleError && error.outcome === 'unchanged'
    ? Object.assign(error, { outcome: null })
    : error;
}
