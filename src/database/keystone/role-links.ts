import type { EntityManager } from '@mikro-orm/postgresql';
import type { RoleLink } from '../../rules/identity/implied-roles.ts';
import { AMONG } from '../among.ts';

const LINKS = `select jsonb_build_object('id', p.id, 'name', p.name) as prior,
    jsonb_build_object('id', i.id, 'name', i.name) as implied
  from implied_role join role p on p.id = prior_role_id join role i on i.id = implied_role_id`;

/** Which role implies which: all of them, since a circle may go through any role. */
export const readRoleLinks = (em: EntityManager): Promise<RoleLink[]> =>
  em.execute<RoleLink[]>(`${LINKS} order by p.name, i.name, p.id`);

/** The links by which other roles imply one of these. */
export async function readLinksTo(em: EntityManager, roleIds: string[]): Promise<RoleLink[]> {
  if (roleIds.length === 0) return [];
  const ids = JSON.stringify(roleIds);
  return em.execute<RoleLink[]>(`${LINKS} where i.id ${AMONG} and not p.id ${AMONG} order by p.id, i.id`, [
    ids,
    ids,
  ]);
}
