import { defineEntity, p } from '@mikro-orm/core';
import { rowTimes } from '../row-times.ts';

export const Flavor = defineEntity({
  name: 'Flavor',
  tableName: 'flavors',
  properties: {
    ...rowTimes(),
    name: p.string(),
    id: p.integer().primary().autoincrement(),
    memoryMb: p.integer(),
    vcpus: p.integer(),
    swap: p.integer(),
    vcpuWeight: p.integer().nullable(),
    flavorid: p.string(),
    rxtxFactor: p.double().nullable(),
    rootGb: p.integer().nullable(),
    ephemeralGb: p.integer().nullable(),
    disabled: p.boolean().nullable(),
    isPublic: p.boolean().nullable(),
    description: p.text().nullable(),
  },
});

export const FlavorExtraSpec = defineEntity({
  name: 'FlavorExtraSpec',
  tableName: 'flavor_extra_specs',
  properties: {
    ...rowTimes(),
    id: p.integer().primary().autoincrement(),
    flavorId: p.integer(),
    key: p.string(),
    value: p.string().nullable(),
  },
});

/** A project that may use a flavor which is not public. */
export const FlavorProject = defineEntity({
  name: 'FlavorProject',
  tableName: 'flavor_projects',
  properties: {
    ...rowTimes(),
    id: p.integer().primary().autoincrement(),
    flavorId: p.integer(),
    projectId: p.string(),
  },
});
