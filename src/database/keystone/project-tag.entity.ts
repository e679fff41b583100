import { defineEntity, p } from '@mikro-orm/core';

export const ProjectTag = defineEntity({
  name: 'ProjectTag',
  tableName: 'project_tag',
  properties: { projectId: p.string().primary(), name: p.string().primary() },
});
