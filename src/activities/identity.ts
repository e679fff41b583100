import type { BootstrapRequest } from '../rules/bootstrap-request.ts';
import type { Asked } from '../rules/run-request.ts';
import type { BootstrapService } from '../services/identity/bootstrap-service.ts';

export const createIdentityActivities = (bootstrap: BootstrapService) => ({
  planBootstrap: (request: Asked<BootstrapRequest>) => bootstrap.begin(request),
  applyBootstrap: (request: Asked<BootstrapRequest>) => bootstrap.apply(request),
});

export type IdentityActivities = ReturnType<typeof createIdentityActivities>;
