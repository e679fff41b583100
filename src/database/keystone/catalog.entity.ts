import { defineEntity, p } from '@mikro-orm/core';

export const Region = defineEntity({
  name: 'Region',
  tableName: 'region',
  properties: {
    id: p.string().primary(),
    description: p.string(),
    parentRegionId: p.string().nullable(),
    extra: p.text().nullable(),
  },
});

/** A service; its name lives in `extra`. */
export const Service = defineEntity({
  name: 'Service',
  tableName: 'service',
  properties: {
    id: p.string().primary(),
    type: p.string().nullable(),
    enabled: p.boolean(),
    extra: p.text().nullable(),
  },
});

export const Endpoint = defineEntity({
  name: 'Endpoint',
  tableName: 'endpoint',
  properties: {
    id: p.string().primary(),
    legacyEndpointId: p.string().nullable(),
    interface: p.string(),
    serviceId: p.string(),
    url: p.text(),
    extra: p.text().nullable(),
    enabled: p.boolean(),
    regionId: p.string().nullable(),
  },
});
