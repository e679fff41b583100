import { defineEntity, p } from '@mikro-orm/core';
import { softDeletable } from './soft-delete.ts';

/** What Nova keeps of a server as JSON texts of its own objects. */
export const InstanceExtra = defineEntity({
  name: 'InstanceExtra',
  tableName: 'instance_extra',
  properties: {
    ...softDeletable(),
    id: p.integer().primary().autoincrement(),
    instanceUuid: p.string(),
    numaTopology: p.text().nullable(),
    pciRequests: p.text().nullable(),
    flavor: p.text().nullable(),
    vcpuModel: p.text().nullable(),
    migrationContext: p.text().nullable(),
    keypairs: p.text().nullable(),
    deviceMetadata: p.text().nullable(),
    trustedCerts: p.text().nullable(),
    vpmems: p.text().nullable(),
    resources: p.text().nullable(),
  },
});

/** What Nova itself notes about a server. Nothing in the table keeps a key from being there twice. */
export const InstanceSystemMetadata = defineEntity({
  name: 'InstanceSystemMetadata',
  tableName: 'instance_system_metadata',
  properties: {
    ...softDeletable(),
    id: p.integer().primary().autoincrement(),
    instanceUuid: p.string(),
    key: p.string(),
    value: p.string().nullable(),
  },
});

/** What a server's owner notes about it. */
export const InstanceMetadata = defineEntity({
  name: 'InstanceMetadata',
  tableName: 'instance_metadata',
  properties: {
    ...softDeletable(),
    id: p.integer().primary().autoincrement(),
    key: p.string().nullable(),
    value: p.string().nullable(),
    instanceUuid: p.string().nullable(),
  },
});
