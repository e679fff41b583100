import type { DatabaseOptions } from '../database/database.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';

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
