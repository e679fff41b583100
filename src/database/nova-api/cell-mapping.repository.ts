import type { EntityManager } from '@mikro-orm/postgresql';
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
