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
