import type { DatabaseAddress } from '../rules/database-address.ts';

/** Opens the services of one identity database; nothing connects before the first use. `close` ends its connections. */
export async function openIdentity(address: DatabaseAddress) {
  const [
    { openDatabase },
    { SchemaService },
    { AuditService },
    { BootstrapService },
    { ResourceService },
    { AssignmentService },
  ] = await Promise.all([
    import('../database/connection.ts'),
    import('../services/identity/schema-service.ts'),
    import('../services/identity/audit-service.ts'),
    import('../services/identity/bootstrap-service.ts'),
    import('../services/identity/resource-service.ts'),
    import('../services/identity/assignment-service.ts'),
  ]);
  const orm = await openDatabase(address);
  return {
    address,
    orm,
    schema: new SchemaService(orm, address),
    audit: new AuditService(orm, address),
    bootstrap: new BootstrapService(orm, address),
    resources: new ResourceService(orm, address),
    assignments: new AssignmentService(orm, address),
    close: () => orm.close(true),
  };
}

export type IdentityServices = Awaited<ReturnType<typeof openIdentity>>;
