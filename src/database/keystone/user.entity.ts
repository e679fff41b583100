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

/** An option that Keystone knows; `optionValue` is JSON. */
export const UserOption = defineEntity({
  name: 'UserOption',
  tableName: 'user_option',
  properties: {
    userId: p.string().primary(),
    optionId: p.string().primary(),
    optionValue: p.text(),
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

/** One of a local user's passwords; the newest counts, older ones have expired. Times are microseconds, UTC. */
export const Password = defineEntity({
  name: 'Password',
  tableName: 'password',
  properties: {
    id: p.integer().primary().autoincrement(),
    localUserId: p.integer(),
    expiresAt: p.type(InstantType).$type<number | null>().nullable(),
    selfService: p.boolean(),
    passwordHash: p.string().nullable().hidden(),
    createdAtInt: p.bigint('number'),
    expiresAtInt: p.bigint('number').nullable(),
    createdAt: p.type(InstantType).$type<number>(),
  },
});
