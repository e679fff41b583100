import { defineEntity, p } from '@mikro-orm/core';
import { rowTimes } from '../row-times.ts';

/** A cell of this Nova: its databases' and its message queue's URLs, which may be templates. */
export const CellMapping = defineEntity({
  name: 'CellMapping',
  tableName: 'cell_mappings',
  properties: {
    ...rowTimes(),
    id: p.integer().primary().autoincrement(),
    uuid: p.string(),
    name: p.string().nullable(),
    transportUrl: p.text().nullable(),
    databaseConnection: p.text().nullable(),
    disabled: p.boolean().nullable(),
  },
});

/** The cell that a compute host belongs to. */
export const HostMapping = defineEntity({
  name: 'HostMapping',
  tableName: 'host_mappings',
  properties: {
    ...rowTimes(),
    id: p.integer().primary().autoincrement(),
    cellId: p.integer(),
    host: p.string(),
  },
});

/** The cell that a server lives in; `cellId` is null until the scheduler has chosen one. */
export const InstanceMapping = defineEntity({
  name: 'InstanceMapping',
  tableName: 'instance_mappings',
  properties: {
    ...rowTimes(),
    id: p.integer().primary().autoincrement(),
    instanceUuid: p.string(),
    cellId: p.integer().nullable(),
    projectId: p.string(),
    queuedForDelete: p.boolean().nullable(),
    userId: p.string().nullable(),
  },
});
