import { defineEntity, p } from '@mikro-orm/core';
import { rowTimes } from '../row-times.ts';

/** A server that no cell has been chosen for yet; `instance` is JSON text of Nova's object. */
export const BuildRequest = defineEntity({
  name: 'BuildRequest',
  tableName: 'build_requests',
  properties: {
    ...rowTimes(),
    id: p.integer().primary().autoincrement(),
    projectId: p.string(),
    instanceUuid: p.string().nullable(),
    instance: p.text().nullable(),
    blockDeviceMappings: p.text().nullable(),
    tags: p.text().nullable(),
  },
});
