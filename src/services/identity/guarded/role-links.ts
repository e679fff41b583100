import type { EntityManager } from '@mikro-orm/postgresql';
import { lockTask } from '../../../database/advisory-lock.ts';
import { ImpliedRole } from '../../../database/keystone/role.entity.ts';
import { readRoleLinks } from '../../../database/keystone/role-links.ts';
import { assertAcyclic, type RoleLink } from '../../../rules/identity/implied-roles.ts';
import { lockRoles } from '../locks.ts';

/**
 * Lets whoever has the prior role have the implied one too. Links are made one at a time: two who each see
 * only a part of a circle could close it.
 * `assertEditable` is asked once both roles are locked.
 */
export async function linkRoles(
  em: EntityManager,
  link: RoleLink,
  assertEditable: () => Promise<void> = async () => {},
): Promise<void> {
  await lockTask(em, 'keyward implied roles');
  assertAcyclic(await readRoleLinks(em), link);
  await lockRoles(em, [link.prior.id, link.implied.id]);
  await assertEditable();
  await em.insert(ImpliedRole, { priorRoleId: link.prior.id, impliedRoleId: link.implied.id });
}
