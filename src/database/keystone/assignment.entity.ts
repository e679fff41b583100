import { defineEntity, p } from '@mikro-orm/core';

/** A role of a user or group on a project or domain. */
export const Assignment = defineEntity({
  name: 'Assignment',
  tableName: 'assignment',
  properties: {
    type: p.string().primary(),
    actorId: p.string().primary(),
    targetId: p.string().primary(),
    roleId: p.string().primary(),
    inherited: p.boolean().primary(),
  },
});

/** A role of a user or group on the system; `targetId` is always `system`. */
export const SystemAssignment = defineEntity({
  name: 'SystemAssignment',
  tableName: 'system_assignment',
  properties: {
    type: p.string().primary(),
    actorId: p.string().primary(),
    targetId: p.string().primary(),
    roleId: p.string().primary(),
    inherited: p.boolean().primary(),
  },
});
