import type { EntityManager } from '@mikro-orm/postgresql';
import { databaseNow } from '../database-time.ts';
import type { CellMapping } from '../../rules/compute/cell.ts';
import { CellMapping as Row } from './cell-mapping.entity.ts';

/** Reads every cell in the order of the ids, those that are disabled included. A URL that is missing is an empty text. */
export async function listCellMappings(em: EntityManager): Promise<CellMapping[]> {
  const rows = await em.find(Row, {}, { orderBy: { id: 'asc' } });
  return rows.map(({ id, uuid, name, transportUrl, databaseConnection, disabled }) => ({
    id,
    uuid,
    name: name ?? null,
    transportUrl: transportUrl ?? '',
    databaseConnection: databaseConnection ?? '',
    isDisabled: disabled ?? false,
  }));
}

/** Writes a mapping as Nova's `CellMapping.create` does, and gives it with its id. */
export async function insertCellMapping(
  em: EntityManager,
  mapping: Omit<CellMapping, 'id'>,
): Promise<CellMapping> {
  const { uuid, name, transportUrl, databaseConnection, isDisabled: disabled } = mapping;
  const createdAt = databaseNow();
  const id = await em.insert(Row, { createdAt, uuid, name, transportUrl, databaseConnection, disabled });
  return { id, ...mapping };
}

/** How many hosts and living servers are mapped to a cell. */
export type Mapped = { hosts: number; instances: number };

/** Counts what is mapped to each cell, by the cell's id; servers that are being deleted don't count. */
export async function countMapped(em: EntityManager): Promise<Map<number, Mapped>> {
  const rows = await em.execute<(Mapped & { id: number })[]>(
    `select c.id, coalesce(hosts, 0) as hosts, coalesce(instances, 0) as instances from cell_mappings c
     left join (select cell_id, count(*)::int as hosts from host_mappings group by 1) h on h.cell_id = c.id
     left join (select cell_id, count(*)::int as instances from instance_mappings
                where queued_for_delete is not true group by 1) i on i.cell_id = c.id`,
  );
  return new Map(rows.map(({ id, ...mapped }) => [id, mapped]));
}
