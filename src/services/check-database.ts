import type { Kysely } from 'kysely';
import type { Database } from '../database/database.ts';

/** Lets upgrade checks read, and nothing else. */
export class CheckDatabase {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs `use` on one READ ONLY snapshot. */
  // oxlint-disable-next-line typescript/no-explicit-any -- checks name raw tables, of which no type is kept
  read<T>(use: (database: Kysely<any>) => Promise<T>): Promise<T> {
    return this.#database.snapshot((em) => use(em.getKysely()));
  }
}
