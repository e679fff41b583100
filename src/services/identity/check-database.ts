import { IsolationLevel, type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import type { Kysely } from 'kysely';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { transactOnce } from './transact.ts';

/** Below the deadline of a check's activity, so that the database's own answer arrives. In seconds. */
const STATEMENT_TIMEOUT = 10;

/** Lets upgrade checks read, and nothing else. */
export class CheckDatabase {
  readonly #orm: MikroORM;
  readonly #address: DatabaseAddress;

  constructor(orm: MikroORM, address: DatabaseAddress) {
    this.#orm = orm;
    this.#address = address;
  }

  /** Runs `use` on one READ ONLY snapshot. */
  // oxlint-disable-next-line typescript/no-explicit-any -- checks name raw tables, of which no type is kept
  async read<T>(use: (database: Kysely<any>) => Promise<T>): Promise<T> {
    const inSnapshot = async (em: EntityManager): Promise<T> => {
      await em.execute(`set local statement_timeout = '${STATEMENT_TIMEOUT}s'`);
      return use(em.getKysely());
    };
    const snapshot = { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true };
    return transactOnce(this.#orm, this.#address, snapshot, inSnapshot);
  }
}
