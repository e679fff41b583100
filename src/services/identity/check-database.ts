import type { Kysely } from 'kysely';
import type { Database } from '../../database/database.ts';

/** Below the deadline of a check's activity, so that the database's own answer arrives. In seconds. */
const STATEMENT_TIMEOUT = 10;

/** Lets upgrade checks read, and nothing else. */
export class CheckDatabase {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Runs `use` on one READ ONLY snapshot. */
  // oxlint-disable-next-line typescript/no-explicit-any -- checks name raw tables, of which no type is kept
  async read<T>(use: (database: Kysely<any>) => Promise<T>): Promise<T> {
    return this.#database.snapshot(async (em) => {
      await em.execute(`set local statement_timeout = '${STATEMENT_TIMEOUT}s'`);
      return use(em.getKysely());
    });
  }
}
