import { defineEntity, p } from '@mikro-orm/core';

/** A project's or domain's resource options: `IMMU` is `immutable`; the value is JSON text. */
export const ProjectOption = defineEntity({
  name: 'ProjectOption',
  tableName: 'project_option',
  properties: {
    projectId: p.string().primary(),
    optionId: p.string().primary(),
    optionValue: p.text().nullable(),
  },
});

export const ProjectTag = defineEntity({
  name: 'ProjectTag',
  tableName: 'project_tag',
  properties: { projectId: p.string().primary(), name: p.string().primary() },
});
