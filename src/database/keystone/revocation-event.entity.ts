import { defineEntity, p } from '@mikro-orm/core';
import { InstantType } from '../instant-type.ts';

/** Which tokens a Keystone must refuse: all of the user's that were issued before. */
export const RevocationEvent = defineEntity({
  name: 'RevocationEvent',
  tableName: 'revocation_event',
  properties: {
    id: p.integer().primary().autoincrement(),
    domainId: p.string().nullable(),
    projectId: p.string().nullable(),
    userId: p.string().nullable(),
    roleId: p.string().nullable(),
    trustId: p.string().nullable(),
    consumerId: p.string().nullable(),
    accessTokenId: p.string().nullable(),
    issuedBefore: p.type(InstantType).$type<number>(),
    expiresAt: p.type(InstantType).$type<number | null>().nullable(),
    revokedAt: p.type(InstantType).$type<number>(),
    auditId: p.string().nullable(),
    auditChainId: p.string().nullable(),
  },
});
