import type { EntityManager } from '@mikro-orm/postgresql';

type Member = { id: string; parentId: string | null; enabled: boolean | null };

/** A project and everything above it, the nearest first, up to its domain. */
export const lineage = (em: EntityManager, id: string): Promise<Member[]> =>
  em.execute<Member[]>(
    `with recursive up as (
       select id, parent_id, enabled, 0 as height from project where id = ?
       union all select p.id, p.parent_id, p.enabled, height + 1 from project p join up on p.id = up.parent_id)
     select id, parent_id as "parentId", enabled from up order by height`,
    [id],
  );

/** All projects below one. */
export const descendants = (em: EntityManager, id: string): Promise<Member[]> =>
  em.execute<Member[]>(
    `with recursive below as (
       select id, parent_id, enabled from project where parent_id = ?
       union all select p.id, p.parent_id, p.enabled from project p join below on p.parent_id = below.id)
     select id, parent_id as "parentId", enabled from below order by id`,
    [id],
  );
