import type { EntityManager } from '@mikro-orm/postgresql';

/** As much of a server as tells it from others. */
export type FoundServer = {
  uuid: string;
  name: string | null;
  vmState: string | null;
  taskState: string | null;
  isDeleted: boolean;
};

const FOUND = `select uuid, display_name as name, vm_state as "vmState", task_state as "taskState",
    deleted is distinct from 0 as "isDeleted"
  from instances where hidden is not true`;

/** Finds the server of a uuid, be it deleted or not; null where the cell has none. */
export async function serverOfUuid(em: EntityManager, uuid: string): Promise<FoundServer | null> {
  const [found] = await em.execute<FoundServer[]>(`${FOUND} and uuid = ?`, [uuid]);
  return found ?? null;
}

/** Finds the servers of a name that were not deleted; soft-deleted ones are among them, since they can be restored. */
export const serversOfName = (em: EntityManager, name: string): Promise<FoundServer[]> =>
  em.execute<FoundServer[]>(`${FOUND} and deleted = 0 and display_name = ? order by created_at, uuid`, [
    name,
  ]);
