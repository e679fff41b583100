import { formatDatabaseUrl } from '../config/database-url.ts';
import { ensurePostgres } from '../daemons/postgres/server.ts';
import { targetIn } from '../daemons/postgres/server-name.ts';
import type { DatabaseOptions } from '../database/database.ts';
import { STEP_PATIENCE } from '../database/patience.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import type { IdentitySettings } from '../rules/identity/settings.ts';
import type { Target } from '../rules/target.ts';
import type { Served } from '../temporal/worker.ts';
import { type Service, Shared, type Surroundings, type Work } from './service.ts';

/** Opens the services of one identity database; nothing connects before the first use. `close` ends its connections. */
export async function openIdentity(address: DatabaseAddress, options: DatabaseOptions = {}) {
  const [
    { openDatabase },
    { keystoneSchema },
    { SchemaService },
    { AuditService },
    { BootstrapService },
    { ResourceService },
    { GrantService },
    { ImpliedRoleService },
    { CallerService },
  ] = await Promise.all([
    import('../database/database.ts'),
    import('../database/keystone/schema.ts'),
    import('../services/schema-service.ts'),
    import('../services/audit/audit-service.ts'),
    import('../services/identity/bootstrap-service.ts'),
    import('../services/identity/resource-service.ts'),
    import('../services/identity/grant-service.ts'),
    import('../services/identity/implied-role-service.ts'),
    import('../services/identity/caller-service.ts'),
  ]);
  const database = openDatabase(address, keystoneSchema, options);
  return {
    address,
    database,
    schema: new SchemaService(database),
    audit: new AuditService(database),
    bootstrap: new BootstrapService(database),
    resources: new ResourceService(database),
    grants: new GrantService(database),
    impliedRoles: new ImpliedRoleService(database),
    callers: new CallerService(database),
    close: () => database.close(),
  };
}

export type IdentityServices = Awaited<ReturnType<typeof openIdentity>>;

/** The identity service as one process uses it: it knows where the database is, and opens the services once. */
export class Identity implements Service {
  readonly name = 'identity';
  readonly settings: IdentitySettings;
  readonly #at: Surroundings;
  readonly #services = new Shared<IdentityServices>(() => this.#open());

  constructor(settings: IdentitySettings, at: Surroundings) {
    this.settings = settings;
    this.#at = at;
  }

  async address(): Promise<DatabaseAddress> {
    return this.settings.database.value ?? ensurePostgres(this.#at.home, this.#at.announce);
  }

  async target(): Promise<Target> {
    return targetIn(this.#at.home, await this.address(), this.#at.announce);
  }

  /** Its database is made as soon as the embedded PostgreSQL starts. */
  isThere = (): Promise<boolean> => Promise.resolve(true);

  async workerEnvironment(): Promise<NodeJS.ProcessEnv> {
    const { value } = this.settings.database;
    return value ? { KEYWARD_KEYSTONE_DATABASE_URL: formatDatabaseUrl(value, { showPassword: true }) } : {};
  }

  async serve({ steps: poolSize, announce }: Work): Promise<Served> {
    const [{ serveIdentity }, target, address] = await Promise.all([
      import('./activities.ts'),
      this.target(),
      this.address(),
    ]);
    return serveIdentity(
      target,
      await openIdentity(address, { patience: STEP_PATIENCE, poolSize, announce }),
    );
  }

  services = (): Promise<IdentityServices> => this.#services.get();

  close = (): Promise<void> => this.#services.close();

  async #open(): Promise<IdentityServices> {
    const { patience, announce } = this.#at;
    return openIdentity(await this.address(), { patience, announce });
  }
}
