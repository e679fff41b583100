import { randomUUID } from 'node:crypto';
import type { ServerFilter } from '../../../src/database/nova-cell/server-pages.ts';
import { NEWEST_FIRST } from '../../../src/rules/compute/server-order.ts';
import type { ListedServer } from '../../../src/rules/compute/server-view.ts';
import type { ListOptions } from '../../../src/services/compute/server-list.ts';
import type { TestCells } from './cells.ts';
import type { TestPostgres } from './postgres.ts';

/** Columns of `instances` that a test cares about. */
export type PlantedServer = Partial<{
  uuid: string;
  display_name: string;
  vm_state: string | null;
  task_state: string | null;
  power_state: number | null;
  project_id: string;
  user_id: string;
  host: string | null;
  node: string | null;
  image_ref: string;
  locked: boolean | null;
  locked_by: string | null;
  deleted: boolean;
  hidden: boolean;
  created_at: string | null;
  updated_at: string | null;
  availability_zone: string | null;
  key_name: string | null;
  hostname: string | null;
}>;

const USUAL = {
  display_name: 'server',
  vm_state: 'active',
  power_state: 1,
  project_id: 'p1',
  user_id: 'u1',
  locked: false,
  created_at: '2026-01-01 00:00:00',
};

/** Puts servers into a cell's database and maps them to it, as Nova does; gives their uuids. */
export async function plantServers(
  { server, cells }: { server: TestPostgres; cells: TestCells },
  cell: string,
  wanted: PlantedServer[],
): Promise<string[]> {
  if (wanted.length === 0) return [];
  const rows = wanted.map(({ deleted = false, ...columns }) => ({
    ...USUAL,
    uuid: randomUUID(),
    isDeleted: deleted,
    ...columns,
  }));
  const json = JSON.stringify(rows);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (name) => name !== 'isDeleted',
  );
  await server.query(
    cells.databaseOf(cell),
    `with given as (select one, nextval('instances_id_seq')::int as number from jsonb_array_elements($1::jsonb) one)
     insert into instances (id, deleted, ${columns.join(', ')})
     select number, case when (one ->> 'isDeleted')::boolean then number else 0 end, ${columns.map((name) => `r.${name}`).join(', ')}
     from given, jsonb_populate_record(null::instances, one) r`,
    [json],
  );
  await server.query(
    cells.api,
    `insert into instance_mappings (instance_uuid, cell_id, project_id)
     select one ->> 'uuid', (select id from cell_mappings where name = $2), one ->> 'project_id'
     from jsonb_array_elements($1::jsonb) one`,
    [json, cell],
  );
  return rows.map(({ uuid }) => uuid);
}

/** Puts a server into the API database that no cell has been chosen for; gives its uuid. */
export async function plantBuildRequest(
  { server, cells }: { server: TestPostgres; cells: TestCells },
  data: Record<string, unknown>,
  createdAt = '2026-06-01 00:00:00',
): Promise<string> {
  const uuid = (data['uuid'] as string | undefined) ?? randomUUID();
  const instance = {
    'nova_object.name': 'Instance',
    'nova_object.namespace': 'nova',
    'nova_object.version': '2.8',
    'nova_object.data': {
      vm_state: 'building',
      task_state: 'scheduling',
      display_name: 'building',
      project_id: 'p1',
      user_id: 'u1',
      ...data,
      uuid,
    },
  };
  await server.query(
    cells.api,
    `insert into build_requests (created_at, project_id, instance_uuid, instance)
     values ($1, $2, $3, $4)`,
    [createdAt, String(data['project_id'] ?? 'p1'), uuid, JSON.stringify(instance)],
  );
  return uuid;
}

/** Empties the cells of servers, and the API database of what it knows of them. */
export async function clearServers(
  { server, cells }: { server: TestPostgres; cells: TestCells },
  names: string[],
): Promise<void> {
  for (const name of names) await server.query(cells.databaseOf(name), 'delete from instances');
  await server.query(cells.api, 'delete from instance_mappings; delete from build_requests');
}

/** Lists servers, the newest first if nothing is said; throws where a cell does not answer. */
export async function listServers(
  cells: TestCells,
  filter: ServerFilter,
  options: Partial<ListOptions>,
): Promise<ListedServer[]> {
  const onFailure = ({ error }: { error: Error }) => {
    throw error;
  };
  const usual = { order: NEWEST_FIRST, isLong: false, deadlineMs: 8000, onFailure };
  const listed: ListedServer[] = [];
  for await (const page of cells.services.serverList.list(filter, { ...usual, ...options }))
    listed.push(...page);
  return listed;
}
