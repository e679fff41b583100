import { type EntityName, type FilterQuery, p, raw, Type } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { databaseNow } from '../database-time.ts';
import { instant, rowTimes } from '../row-times.ts';

/** MikroORM compares rows by this. PostgreSQL refuses it, wherever somebody else than `softDelete` would write it. */
const DELETED = 'deleted';

/**
 * Nova's column `deleted`: 0 while the row lives, its own id from then on, so that a UNIQUE over it lets a name be used
 * again. Where it is NULL Nova sees no living row, as its queries ask for 0.
 */
export class DeletedType extends Type<boolean, number | string | null> {
  override convertToDatabaseValue(isDeleted: boolean): number | string {
    return isDeleted ? DELETED : 0;
  }

  override convertToJSValue(deleted: number | null): boolean {
    return deleted !== 0;
  }

  override getColumnType(): string {
    return 'integer';
  }
}

/** The columns that every table of a cell has whose rows are kept when they are deleted. */
export const softDeletable = () => ({
  ...rowTimes(),
  deletedAt: instant(),
  isDeleted: p.type(DeletedType).$type<boolean>().fieldName('deleted'),
});

/** Deletes the living rows that fit as Nova does, without touching `updated_at`; returns how many there were. */
export function softDelete<T extends { id: number; isDeleted: boolean }>(
  em: EntityManager,
  entity: EntityName<T>,
  where: FilterQuery<T>,
): Promise<number> {
  const living = { $and: [where, { isDeleted: false }] } as FilterQuery<T>;
  return em.nativeUpdate(entity, living, { isDeleted: raw('id'), deletedAt: databaseNow() } as never);
}
