import type { EntityManager } from '@mikro-orm/postgresql';

/** The groups of a domain. */
export const groupsOf = (em: EntityManager, domainId: string): Promise<{ id: string; name: string }[]> =>
  em.execute<{ id: string; name: string }[]>('select id, name from "group" where domain_id = ?', [domainId]);
