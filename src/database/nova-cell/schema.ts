import { AuditEntry } from '../keyward/audit-entry.entity.ts';
import { shippedSet } from '../migrations.ts';
import type { Schema } from '../schema.ts';
import { ConsoleAuthToken } from './console-auth-token.entity.ts';
import { ComputeNode, Service } from './host.entity.ts';
import { InstanceAction, InstanceActionEvent, InstanceFault } from './instance-action.entity.ts';
import { InstanceExtra, InstanceMetadata, InstanceSystemMetadata } from './instance-details.entity.ts';
import { Instance } from './instance.entity.ts';

/** The database of one of Nova's cells; the revisions are those of `nova/db/main/migrations`. */
export const novaCellSchema: Schema = {
  name: 'cell',
  sync: 'keyward db sync compute',
  audit: 'keyward audit list --service compute',
  service: 'Nova',
  release: '34.0.0',
  setting: '`database_connection` of its cell mapping',
  landmarks: ['instances', 'instance_extra', 'compute_nodes'],
  // Without --local_cell it would also look for cell0; with it, it is about `[database] connection` alone.
  heads: {
    expand: { revision: 'ab450ba04102', command: 'nova-manage db sync --local_cell' },
    contract: null,
  },
  olderHeads: [
    '8f2f1571d55b',
    '16f1fbcab42b',
    'ccb0fa1a2252',
    '960aac0e09ea',
    '1b91788ec3a6',
    '1acf2c98e646',
    '13863f4e1612',
    'd60bddf7a903',
    '2903cd72dc14',
  ],
  // Databases record the names of these sets: they can't be changed.
  migrations: { upstream: shippedSet('nova-cell'), keyward: shippedSet('keyward-cell') },
  entities: [
    AuditEntry,
    ComputeNode,
    ConsoleAuthToken,
    Instance,
    InstanceAction,
    InstanceActionEvent,
    InstanceExtra,
    InstanceFault,
    InstanceMetadata,
    InstanceSystemMetadata,
    Service,
  ],
};
