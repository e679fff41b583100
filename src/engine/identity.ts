import type { Home } from '../config/home.ts';
import { ensurePostgres } from '../daemons/postgres/server.ts';
import { targetIn } from '../daemons/postgres/server-name.ts';
import type { DatabaseOptions } from '../database/database.ts';
import { patienceFor } from '../database/patience.ts';
import type { Announce } from '../rules/announce.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import type { IdentitySettings } from '../rules/identity/settings.ts';
import type { Target } from '../rules/target.ts';

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
  ] = await Promise.all([
    import('../database/database.ts'),
    import('../database/keystone/schema.ts'),
    import('../services/schema-service.ts'),
    import('../services/audit/audit-service.ts'),
    import('../services/identity/bootstrap-service.ts'),
    import('../services/identity/resource-service.ts'),
    import('../services/identity/grant-service.ts'),
    import('../services/identity/implied-role-service.ts'),
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
    close: () => database.close(),
  };
}

export type IdentityServices = Awaited<ReturnType<typeof openIdentity>>;

/** The identity service as one process uses it: it knows where the database is, and opens the services once. */
export class Identity {
  readonly settings: IdentitySettings;
  readonly #home: Home;
  readonly #announce: Announce;
  readonly #lockSeconds: number | undefined;
  #services: Promise<IdentityServices> | null = null;

  /** A statement waits at most `lockSeconds` for a lock that somebody else holds. */
  constructor(settings: IdentitySettings, home: Home, announce: Announce, lockSeconds: number | undefined) {
    this.settings = settings;
    this.#home = home;
    this.#announce = announce;
    this.#lockSeconds = lockSeconds;
  }

  /** True if its database is in the PostgreSQL that this home runs. */
  get isEmbedded(): boolean {
    return this.settings.database.value === null;
  }

  /** Gives the database's address; an embedded PostgreSQL that is down is started. */
  async address(): Promise<DatabaseAddress> {
    return this.settings.database.value ?? ensurePostgres(this.#home, this.#announce);
  }

  async target(): Promise<Target> {
    return targetIn(this.#home, await this.address(), this.#announce);
  }

  async services(): Promise<IdentityServices> {
    this.#services ??= this.#open().catch((error: unknown) => {
      // What failed once may do later.
      this.#services = null;
      throw error;
    });
    return this.#services;
  }

  async close(): Promise<void> {
    const services = await this.#services?.catch(() => null);
    await services?.close();
  }

  async #open(): Promise<IdentityServices> {
    return openIdentity(await this.address(), {
      patience: patienceFor(this.#lockSeconds),
      announce: this.#announce,
    });
  }
}
