import type { EntityManager } from '@mikro-orm/postgresql';

/** Whether a table is there: keyward's own are not before `db sync`, and reads work without them. */
export async function hasTable(em: EntityManager, name: string): Promise<boolean> {
  const [found] = await em.execute<[{ here: boolean }]>('select to_regclass(?) is not null as here', [name]);
  return found.here;
}
