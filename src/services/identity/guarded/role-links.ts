import type { EntityManager } from '@mikro-orm/postgresql';
import { ImpliedRole } from '../../../database/keystone/role.entity.ts';
import { readRoleLinks } from '../../../database/keystone/role-links.ts';
import { assertAcyclic, type RoleLink } from '../../../rules/identity/implied-roles.ts';
import { lockImpliedRoles, lockRoles } from '../locks.ts';

/**
 * Lets whoever has the prior role have the implied one too. Links are made one at a time, so that no circle closes.
 * `assertEditable` is asked once both roles are locked.
 */
export async function linkRoles(
  em: EntityManager,
  link: RoleLink,
  assertEditable: () => Promise<void> = async () => {},
): Promise<void> {
  await lockImpliedRoles(em);
  assertAcyclic(await readRoleLinks(em), link);
  await lockRoles(em, [link.prior.id, link.implied.id]);
  await assertEditable();
  await em.insert(ImpliedRole, { priorRoleId: link.prior.id, impliedRoleId: link.implied.id });
}
