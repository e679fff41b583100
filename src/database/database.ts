import {
  type EntityManager,
  IsolationLevel,
  type MikroORM,
  type TransactionOptions,
} from '@mikro-orm/postgresql';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError } from '../rules/errors.ts';
import { openOrm } from './connection.ts';
import { describeDatabaseError, duplicateDetail, isCollision } from './describe-error.ts';
import { migrate, type MigrationSet } from './migrations.ts';

const ATTEMPTS = 5;
const ONE_SNAPSHOT = { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true };

type Work<T> = (em: EntityManager) => Promise<T>;
/** Adds to an error what only the database's schema can tell; gives back the error that is to be thrown. */
export type Explain = (error: unknown, em: EntityManager, address: DatabaseAddress) => Promise<unknown>;

/**
 * One database. Nothing else runs statements, so that every error of the database reaches an operator in words of ours.
 */
export class Database {
  readonly address: DatabaseAddress;
  readonly #orm: MikroORM;
  readonly #explain: Explain;

  constructor(orm: MikroORM, address: DatabaseAddress, explain: Explain) {
    this.#orm = orm;
    this.address = address;
    this.#explain = explain;
  }

  /** One READ COMMITTED transaction, repeated when it collided with another one. */
  async transact<T>(work: Work<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#orm.em.fork().transactional(work);
      } catch (error) {
        if (isCollision(error) && attempt < ATTEMPTS) continue;
        const detail = duplicateDetail(error);
        throw detail === null ? await this.#described(error) : conflict(detail);
      }
    }
  }

  /** One READ COMMITTED transaction, for whoever repeats it himself: a collision or a row that is there already may pass. */
  transactOnce<T>(work: Work<T>): Promise<T> {
    return this.#inTransaction(work, { isolationLevel: IsolationLevel.READ_COMMITTED });
  }

  /** Reads everything as it was at one moment. */
  snapshot<T>(work: Work<T>): Promise<T> {
    return this.#inTransaction(work, ONE_SNAPSHOT);
  }

  /** Reads, each statement as things are then. */
  read<T>(work: Work<T>): Promise<T> {
    return this.#inWords(() => work(this.#orm.em.fork()));
  }

  /** Applies the migrations of a set that the database has not seen, on a connection of their own; gives their names. */
  migrate(set: MigrationSet): Promise<string[]> {
    return this.#inWords(() => migrate(this.#orm, set));
  }

  close(): Promise<void> {
    return this.#orm.close(true);
  }

  #inTransaction<T>(work: Work<T>, options: TransactionOptions): Promise<T> {
    return this.#inWords(() => this.#orm.em.fork().transactional(work, options));
  }

  async #inWords<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.#described(error);
    }
  }

  #described(error: unknown): Promise<unknown> {
    return this.#explain(describeDatabaseError(error, this.address), this.#orm.em.fork(), this.address);
  }
}

/** Opens a database. Nobody logs in before the first statement; `close` ends every connection. */
export async function openDatabase(
  address: DatabaseAddress,
  explain: Explain = async (error: unknown) => error,
): Promise<Database> {
  return new Database(await openOrm(address), address, explain);
}

/** PostgreSQL names the columns and values: `Key (name, domain_id)=(x, default) already exists.` */
function conflict(detail: string): RuleError {
  const [, columns, values] = /\(([^=]*)\)=\((.*)\) already exists/s.exec(detail) ?? [];
  const what = columns ? pairs(columns.split(', '), values!) : 'what was asked for';
  return new RuleError('Conflict', `There is one already: ${what}.`, {
    cure: 'Choose another name, or change the one that is there.',
    outcome: 'unchanged',
  });
}

/** A value may have commas in it; then the pairs can't be told apart. Domains and global roles are in no real domain. */
function pairs(columns: string[], values: string): string {
  const each = values.split(', ');
  if (each.length !== columns.length) return `${columns.join(', ')} ${values}`;
  return columns
    .map((column, at) => `${column} ${each[at]}`)
    .filter((pair) => !pair.startsWith('domain_id <<'))
    .join(', ');
}
