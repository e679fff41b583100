import { defineEntity, p } from '@mikro-orm/core';

/** A project, or (`isDomain`) a domain: its `domainId` is then the root domain's. */
export const Project = defineEntity({
  name: 'Project',
  tableName: 'project',
  properties: {
    id: p.string().primary(),
    name: p.string(),
    extra: p.text(),
    description: p.text().nullable(),
    enabled: p.boolean().nullable(),
    domainId: p.string(),
    parentId: p.string().nullable(),
    isDomain: p.boolean(),
  },
});
