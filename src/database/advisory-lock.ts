import type { EntityManager } from '@mikro-orm/postgresql';

/** What keyward does one at a time in a database, whoever does it. */
type Task = 'keyward bootstrap' | 'keyward db sync' | 'keyward implied roles';

/** Waits until nobody else does it; held until the transaction ends. */
export async function lockTask(em: EntityManager, task: Task): Promise<void> {
  await em.execute('select pg_advisory_xact_lock(hashtext(?))', [task]);
}
