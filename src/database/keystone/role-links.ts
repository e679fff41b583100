import type { EntityManager } from '@mikro-orm/postgresql';
import type { RoleLink } from '../../rules/identity/implied-roles.ts';

/** Which role implies which: all of them, since a circle may go through any role. */
export async function readRoleLinks(em: EntityManager): Promise<RoleLink[]> {
  const rows = await em.execute<Record<'priorId' | 'prior' | 'impliedId' | 'implied', string>[]>(
    `select p.id as "priorId", p.name as prior, i.id as "impliedId", i.name as implied from implied_role
     join role p on p.id = prior_role_id join role i on i.id = implied_role_id order by p.name, i.name, p.id`,
  );
  return rows.map(({ priorId, prior, impliedId, implied }) => ({
    prior: { id: priorId, name: prior },
    implied: { id: impliedId, name: implied },
  }));
}
