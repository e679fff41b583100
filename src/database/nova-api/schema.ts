import { AuditEntry } from '../keyward/audit-entry.entity.ts';
import { shippedSet } from '../migrations.ts';
import type { Schema } from '../schema.ts';
import { BuildRequest } from './build-request.entity.ts';
import { CellMapping, HostMapping, InstanceMapping } from './cell-mapping.entity.ts';
import { Flavor, FlavorExtraSpec, FlavorProject } from './flavor.entity.ts';
import { KeyPair } from './key-pair.entity.ts';

/** Nova's API database; the revisions are those of `nova/db/api/migrations`. */
export const novaApiSchema: Schema = {
  name: 'compute-api',
  sync: 'keyward db sync compute',
  audit: 'keyward audit list --service compute',
  service: 'Nova',
  release: '34.0.0',
  setting: 'KEYWARD_NOVA_API_DATABASE_URL or `[api_database] connection`',
  // Placement's tables are among this database's own; these are in neither Placement's nor a cell's.
  landmarks: ['cell_mappings', 'host_mappings', 'instance_mappings'],
  heads: { expand: { revision: 'cdeec0c85668', command: 'nova-manage api_db sync' }, contract: null },
  olderHeads: ['d67eeaabee36', 'b30f573d3377'],
  // Databases record the names of these sets: they can't be changed.
  migrations: { upstream: shippedSet('nova-api'), keyward: shippedSet('keyward-compute-api') },
  entities: [
    AuditEntry,
    BuildRequest,
    CellMapping,
    Flavor,
    FlavorExtraSpec,
    FlavorProject,
    HostMapping,
    InstanceMapping,
    KeyPair,
  ],
};
