import type { CellAddress, Cells } from '../database/cells.ts';
import type { Database, DatabaseOptions } from '../database/database.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import type { CellUrls } from '../services/compute/cell-service.ts';

/** Opens the services of one API database and its cells; nothing connects before the first use. */
export async function openCompute(
  address: DatabaseAddress,
  addressOf: CellAddress,
  urls: CellUrls,
  options: DatabaseOptions = {},
) {
  const [{ openDatabase }, { Cells }, { novaApiSchema }] = await Promise.all([
    import('../database/database.ts'),
    import('../database/cells.ts'),
    import('../database/nova-api/schema.ts'),
  ]);
  const database = openDatabase(address, novaApiSchema, options);
  const cells = new Cells(database, addressOf, options);
  return {
    address,
    database,
    cells,
    ...(await openCells(database, cells, urls)),
    ...(await openServers(database, cells)),
    ...(await openLocks(cells)),
    ...(await openBootParts(database)),
    close: async () => {
      await Promise.all([database.close(), cells.close()]);
    },
  };
}

export type ComputeServices = Awaited<ReturnType<typeof openCompute>>;

async function openCells(database: Database, cells: Cells, urls: CellUrls) {
  const [
    { SchemaService },
    { AuditService },
    { MergedAudit },
    { CellSync },
    { CellService },
    { CellVerifier },
  ] = await Promise.all([
    import('../services/schema-service.ts'),
    import('../services/audit/audit-service.ts'),
    import('../services/audit/merged-audit.ts'),
    import('../services/compute/cell-sync.ts'),
    import('../services/compute/cell-service.ts'),
    import('../services/compute/cell-verifier.ts'),
  ]);
  return {
    schema: new SchemaService(database),
    audit: new MergedAudit(new AuditService(database), cells),
    cellSync: new CellSync(database, cells),
    cellService: new CellService(database, cells, urls),
    cellVerifier: new CellVerifier(database, cells, () => performance.now()),
  };
}

/** Opens what servers are made of. */
async function openBootParts(database: Database) {
  const [{ KeyPairService }, { FlavorService }] = await Promise.all([
    import('../services/compute/key-pair-service.ts'),
    import('../services/compute/flavor-service.ts'),
  ]);
  return { keyPairs: new KeyPairService(database), flavors: new FlavorService(database) };
}

async function openServers(database: Database, cells: Cells) {
  const [{ HostService }, { ServerCreation }, { ServerDeletion }, { ServerUpdate }, { viewServers }] =
    await Promise.all([
      import('../services/compute/host-service.ts'),
      import('../services/compute/server-creation.ts'),
      import('../services/compute/server-deletion.ts'),
      import('../services/compute/server-update.ts'),
      import('./servers.ts'),
    ]);
  const hosts = new HostService(cells);
  return {
    hosts,
    serverCreation: new ServerCreation(database, cells, hosts),
    serverDeletion: new ServerDeletion(database, cells, hosts),
    serverUpdate: new ServerUpdate(cells),
    ...viewServers(database, cells),
  };
}

async function openLocks(cells: Cells) {
  const [
    { ServerLocks },
    { FleetLocks },
    { LockLeases },
    { LockList },
    { LockRepair },
    { ServerProtecting },
  ] = await Promise.all([
    import('../services/compute/server-locks.ts'),
    import('../services/compute/fleet-locks.ts'),
    import('../services/compute/lock-leases.ts'),
    import('../services/compute/lock-list.ts'),
    import('../services/compute/lock-repair.ts'),
    import('../services/compute/server-protecting.ts'),
  ]);
  return {
    serverLocks: new ServerLocks(cells),
    fleetLocks: new FleetLocks(cells),
    lockLeases: new LockLeases(cells),
    lockList: new LockList(cells),
    lockRepair: new LockRepair(cells),
    serverProtecting: new ServerProtecting(cells),
  };
}
