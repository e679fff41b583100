import { defineEntity, p } from '@mikro-orm/core';

/** One applied change: what, when, and who as the command stated it. `before` and `after` hold no secrets. */
export const AuditEntry = defineEntity({
  name: 'AuditEntry',
  tableName: 'audit',
  schema: 'keyward',
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    requestId: p.string(),
    occurredAt: p.datetime().defaultRaw('now()'),
    operation: p.string(),
    action: p.string(),
    resourceType: p.string(),
    resourceName: p.string(),
    resourceId: p.string().nullable(),
    before: p.json().nullable(),
    after: p.json().nullable(),
    requesterUser: p.string(),
    requesterSudoUser: p.string().nullable(),
    requesterHost: p.string(),
  },
});
