import type { BootstrapRequest } from '../rules/bootstrap-request.ts';
import type { BootstrapService } from '../services/identity/bootstrap-service.ts';

export const createIdentityActivities = (bootstrap: BootstrapService) => ({
  planBootstrap: (request: BootstrapRequest) => bootstrap.plan(request),
  applyBootstrap: (request: BootstrapRequest) => bootstrap.apply(request),
});

export type IdentityActivities = ReturnType<typeof createIdentityActivities>;
