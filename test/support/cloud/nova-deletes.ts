import type { TestCells } from './cells.ts';
import type { TestPostgres } from './postgres.ts';
import type { Turn } from './shaky-worker.ts';

const NOW = "clock_timestamp() at time zone 'UTC'";
const TABLES = [
  'instance_extra',
  'instance_metadata',
  'instance_system_metadata',
  'instance_info_caches',
  'block_device_mapping',
];

/**
 * Deletes a server as nova-api does where no compute answers, one transaction after the other, with `turn` before each.
 * NOTE: nova/compute/api.py, _delete, _delete_while_booting, _local_delete.
 */
export async function novaDeletes(
  { server, cells }: { server: TestPostgres; cells: TestCells },
  uuid: string,
  turn: Turn,
): Promise<void> {
  const inApi = <Row extends object>(sql: string) => server.query<Row>(cells.api, sql, [uuid]);
  await turn();
  await inApi('delete from build_requests where instance_uuid = $1');
  await turn();
  const [mapped] = await inApi<{ name: string }>(
    `select c.name from instance_mappings m join cell_mappings c on c.id = m.cell_id where instance_uuid = $1`,
  );
  if (mapped) await destroy(server, cells.databaseOf(mapped.name), uuid, turn);
  await turn();
  await inApi('update instance_mappings set queued_for_delete = true where instance_uuid = $1');
}

async function destroy(server: TestPostgres, cell: string, uuid: string, turn: Turn): Promise<void> {
  const deleted = (table: string, column: string): string =>
    `update ${table} set deleted = id, deleted_at = ${NOW} where ${column} = '${uuid}' and deleted = 0;`;
  await turn();
  await server.query(
    cell,
    `update instances set vm_state = 'deleted', task_state = null, terminated_at = ${NOW}
     where uuid = $1 and deleted = 0`,
    [uuid],
  );
  await turn();
  await server.query(
    cell,
    `begin; ${deleted('instances', 'uuid')} ${TABLES.map((table) => deleted(table, 'instance_uuid')).join(' ')} commit`,
  );
}
