import type { EntityManager } from '@mikro-orm/postgresql';
import { UsageError } from '../../rules/errors.ts';
import { buildingServer, type StoredBuildRequest } from '../../rules/compute/building-server.ts';
import type { Server } from '../../rules/compute/server.ts';
import { epochMicros } from '../naive-times.ts';

const STORED = `select instance_uuid as uuid, instance, tags,
    ${epochMicros('created_at')} as "createdAt", ${epochMicros('updated_at')} as "updatedAt"
  from build_requests where instance_uuid is not null`;

/** PostgreSQL's code for a regular expression that is none. */
const INVALID_REGULAR_EXPRESSION = '2201B';

/** Lists all servers that no cell has been chosen for. There are few: each is one for seconds. */
export async function listBuildingServers(em: EntityManager): Promise<Server[]> {
  const rows = await em.execute<StoredBuildRequest[]>(`${STORED} order by id`);
  return rows.flatMap((row) => buildingServer(row) ?? []);
}

/** Finds one of them by its uuid. */
export async function findBuildingServer(em: EntityManager, uuid: string): Promise<Server | null> {
  const [row] = await em.execute<StoredBuildRequest[]>(`${STORED} and instance_uuid = ?`, [uuid]);
  return row ? buildingServer(row) : null;
}

/**
 * Picks the names that a regular expression matches, as the cells do it. A UsageError tells that it is none, so that it
 * is known before a cell is asked.
 */
export async function matchingNames(
  em: EntityManager,
  names: string[],
  pattern: string,
): Promise<Set<string>> {
  // Without a name nothing would look at the expression.
  const rows = await em
    .execute<{ name: string }[]>(`select name from jsonb_array_elements_text(?::jsonb) name where name ~ ?`, [
      JSON.stringify(names.length > 0 ? names : ['']),
      pattern,
    ])
    .catch((error: Error & { code?: string }) => {
      if (error.code !== INVALID_REGULAR_EXPRESSION) throw error;
      throw new UsageError(
        `'${pattern}' is no regular expression.`,
        'Give one of PostgreSQL, such as `^web-`.',
      );
    });
  return new Set(rows.map(({ name }) => name));
}
