import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { lockTask } from '../../database/advisory-lock.ts';
import type { Cells } from '../../database/cells.ts';
import type { Database } from '../../database/database.ts';
import { insertCellMapping, listCellMappings } from '../../database/nova-api/cell-mapping.repository.ts';
import { type CellMapping, CELL0_UUID } from '../../rules/compute/cell.ts';
import type { Actor } from '../audit/audit-writer.ts';
import { auditCreated } from './audited-cell.ts';
import { SchemaService } from '../schema-service.ts';

/**
 * A cell that must be mapped: cell0 is known by its uuid, every other one by its name. What it would be mapped with is
 * asked for only where it is missing, since it may be that no URL for it can be made.
 */
export type WantedCell = Pick<CellMapping, 'name' | 'transportUrl'> & {
  databaseConnection: () => string;
  isCell0: boolean;
};

/** Makes the mappings that a cloud needs, and each cell's schema. */
export class CellSync {
  readonly #database: Database;
  readonly #cells: Cells;

  constructor(database: Database, cells: Cells) {
    this.#database = database;
    this.#cells = cells;
  }

  /** Gives those of the wanted cells that no mapping is for. */
  missing(wanted: WantedCell[]): Promise<WantedCell[]> {
    return this.#database.read((em) => missingIn(em, wanted));
  }

  /** Maps what is not mapped yet; safe to run twice at once. */
  map(actor: Actor, wanted: WantedCell[]): Promise<CellMapping[]> {
    return this.#database.transact(actor, async (em) => {
      await lockTask(em, 'keyward db sync');
      const made: CellMapping[] = [];
      for (const { isCell0, databaseConnection, ...cell } of await missingIn(em, wanted))
        made.push(
          await insertCellMapping(em, {
            ...cell,
            databaseConnection: databaseConnection(),
            uuid: isCell0 ? CELL0_UUID : randomUUID(),
            isDisabled: false,
          }),
        );
      await auditCreated(em, actor, made);
      return made;
    });
  }

  /** Opens a cell's database to look at its schema, or to make it. */
  withSchema<T>(cell: CellMapping, use: (schema: SchemaService) => Promise<T>): Promise<T> {
    return this.#cells.within(cell, (database) => use(new SchemaService(database)));
  }
}

async function missingIn(em: EntityManager, wanted: WantedCell[]): Promise<WantedCell[]> {
  const mapped = await listCellMappings(em);
  return wanted.filter(
    ({ isCell0, name }) => !mapped.some((cell) => (isCell0 ? cell.uuid === CELL0_UUID : cell.name === name)),
  );
}
