import { randomUUID } from 'node:crypto';
import type { BootstrapReport, BootstrapRequest } from '../../../src/rules/identity/bootstrap/request.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import type { Asked } from '../../../src/rules/run-request.ts';
import type { BootstrapService } from '../../../src/services/identity/bootstrap-service.ts';
import type { TestPostgres } from './postgres.ts';

export const PASSWORD = 's3cretAdminPw';
const URL = 'http://127.0.0.1:35357/v3';

/** Makes the request that recorded `rows-after-bootstrap.sql`, with a test's changes. */
export const bootstrapRequest = (changes: Partial<BootstrapRequest> = {}): BootstrapRequest => ({
  target: '0123456789ab',
  requestId: randomUUID(),
  requester: { user: 'operator', sudoUser: null, host: 'test' },
  username: 'admin',
  password: PASSWORD,
  passwordForNewUserOnly: false,
  projectName: 'admin',
  roleName: 'admin',
  serviceName: 'keystone',
  publicUrl: URL,
  internalUrl: URL,
  adminUrl: URL,
  regionId: 'RegionOne',
  roleImmutability: 'default',
  defaultDomainId: 'default',
  passwordHashing: { algorithm: 'bcrypt', rounds: 4 },
  ...changes,
});

/** Makes of a request what a workflow gets from a command. */
export const asked = (request: BootstrapRequest): Asked<BootstrapRequest> => ({
  ...request,
  workflow: 'bootstrap',
  askedAt: new Date().toISOString(),
});

/** Does both steps, as the workflow does. */
export async function runBootstrap(
  bootstrap: BootstrapService,
  request: BootstrapRequest,
): Promise<BootstrapReport> {
  await bootstrap.begin(asked(request));
  return bootstrap.apply(request);
}

/** Both steps of a bootstrap, and its plan alone, each by services that are opened for it. */
export function bootstrapsOf(server: () => TestPostgres) {
  const apply = (address: DatabaseAddress, request: BootstrapRequest): Promise<BootstrapReport> =>
    server().withServices(address, ({ bootstrap }) => runBootstrap(bootstrap, request));
  const plan = (address: DatabaseAddress, request: BootstrapRequest): Promise<BootstrapReport> =>
    server().withServices(address, ({ bootstrap }) => bootstrap.plan(request));
  /** A database that was bootstrapped. */
  const bootstrapped = async (request = bootstrapRequest()): Promise<DatabaseAddress> => {
    const address = await server().createDatabase();
    await apply(address, request);
    return address;
  };
  return { apply, plan, bootstrapped };
}
