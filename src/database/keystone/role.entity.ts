import { defineEntity, p } from '@mikro-orm/core';
import { NullDomainType } from './null-domain-type.ts';

/** `domainId` null: a global role. */
export const Role = defineEntity({
  name: 'Role',
  tableName: 'role',
  properties: {
    id: p.string().primary(),
    name: p.string(),
    extra: p.text(),
    domainId: p.type(NullDomainType).$type<string | null>().nullable(),
    description: p.string().nullable(),
  },
});

/** A role's resource options: `IMMU` is `immutable`; the value is JSON text. */
export const RoleOption = defineEntity({
  name: 'RoleOption',
  tableName: 'role_option',
  properties: {
    roleId: p.string().primary(),
    optionId: p.string().primary(),
    optionValue: p.text().nullable(),
  },
});

/** Who has the prior role also has the implied one. */
export const ImpliedRole = defineEntity({
  name: 'ImpliedRole',
  tableName: 'implied_role',
  properties: { priorRoleId: p.string().primary(), impliedRoleId: p.string().primary() },
});
