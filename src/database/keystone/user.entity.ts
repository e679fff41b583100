import { defineEntity, p } from '@mikro-orm/core';
import { InstantType } from '../instant-type.ts';

export const User = defineEntity({
  name: 'User',
  tableName: 'user',
  properties: {
    id: p.string().primary(),
    extra: p.text(),
    enabled: p.boolean().nullable(),
    defaultProjectId: p.string().nullable(),
    createdAt: p.type(InstantType).$type<number | null>().nullable(),
    lastActiveAt: p.string().nullable(),
    domainId: p.string(),
  },
});

/** The name and the failed logins of a user that Keystone itself authenticates. */
export const LocalUser = defineEntity({
  name: 'LocalUser',
  tableName: 'local_user',
  properties: {
    id: p.integer().primary().autoincrement(),
    userId: p.string(),
    domainId: p.string(),
    name: p.string(),
    failedAuthCount: p.integer().nullable(),
    failedAuthAt: p.type(InstantType).$type<number | null>().nullable(),
  },
});
