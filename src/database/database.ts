import { type EntityManager, IsolationLevel, type MikroORM } from '@mikro-orm/postgresql';
import type { ClientConfig } from 'pg';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { RuleError } from '../rules/errors.ts';
import { type Connecting, connectingTo, openOrm } from './connection.ts';
import { commitUnknown, describeDatabaseError, duplicateDetail, isCollision, isLost } from './errors.ts';
import { migrate, type MigrationSet } from './migrations.ts';
import type { Schema } from './schema.ts';
import { OpenConnections } from './open-connections.ts';
import { whyMissing } from './schema-facts.ts';
import { type Patience, patienceFor } from './patience.ts';
import { type Receipt, receiptOf, settleCommit } from './settle-commit.ts';

const ATTEMPTS = 5;
const READ_COMMITTED = { isolationLevel: IsolationLevel.READ_COMMITTED };
const READ_ONLY = { ...READ_COMMITTED, readOnly: true };
const ONE_SNAPSHOT = { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true };

type Work<T> = (em: EntityManager) => Promise<T>;
/** The request that something is written for; the audit's rows have the same id. Null: nothing is audited. */
type Request = { requestId: string } | null;
type Finished<T> = { result: T; receipt: Receipt | null };

export type DatabaseOptions = {
  patience?: Patience;
  /** How many connections there may be at once: one for each piece of work, and one more for a `migrate` inside of one. */
  poolSize?: number;
  /** Is told what a statement waits for, and what became of a COMMIT whose answer was lost. */
  announce?: (line: string) => void;
};

/**
 * One database. Nothing else runs statements: each is in a transaction with limits, what it waits for is told, and every
 * error reaches an operator in words of ours, with what it has left behind.
 */
export class Database {
  readonly address: DatabaseAddress;
  readonly schema: Schema;
  readonly #config: ClientConfig;
  readonly #connections = new OpenConnections();
  readonly #orm: MikroORM;
  readonly #patience: Patience;
  readonly #announce: (line: string) => void;

  constructor(
    address: DatabaseAddress,
    schema: Schema,
    { config, ways }: Connecting,
    { patience = patienceFor(), poolSize = 3, announce = () => {} }: DatabaseOptions,
  ) {
    this.address = address;
    this.schema = schema;
    this.#config = config;
    this.#orm = openOrm(schema, {
      poolSize,
      watching: { patience, announce, config, connections: this.#connections },
      ways,
    });
    this.#patience = patience;
    this.#announce = announce;
  }

  /** One READ COMMITTED transaction, repeated when it collided with another one. */
  async transact<T>(request: Request, work: Work<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#commit(request, work);
      } catch (error) {
        if (isCollision(error) && attempt < ATTEMPTS) continue;
        const detail = duplicateDetail(error);
        throw detail === null ? await this.#unchanged(error) : conflict(detail);
      }
    }
  }

  /** As `transact`, for callers who repeat it themselves: a collision, or a row that is there, is an error that may pass. */
  async transactOnce<T>(request: Request, work: Work<T>): Promise<T> {
    try {
      return await this.#commit(request, work);
    } catch (error) {
      throw await this.#unchanged(error);
    }
  }

  /** Reads everything as it was at one moment. */
  snapshot<T>(work: Work<T>): Promise<T> {
    return this.#inWords(() => this.#orm.em.fork().transactional(work, ONE_SNAPSHOT));
  }

  /** Reads, each statement as things are then. */
  read<T>(work: Work<T>): Promise<T> {
    return this.#inWords(() => this.#orm.em.fork().transactional(work, READ_ONLY));
  }

  /** Applies the migrations of a set that the database has not seen, in a transaction of its own; returns their names. */
  async migrate(set: MigrationSet): Promise<string[]> {
    try {
      return await migrate(this.#orm, set);
    } catch (error) {
      throw isLost(error) ? commitUnknown(this.address, this.schema, null) : await this.#unchanged(error);
    }
  }

  close(): Promise<void> {
    return this.#orm.close(true);
  }

  /** Ends every connection at once, also one that is only being made; what is under way fails. */
  cut(reason: string): void {
    this.#connections.cut(reason);
  }

  /** A COMMIT whose answer is lost is asked after: what was committed is no failure. */
  async #commit<T>(request: Request, work: Work<T>): Promise<T> {
    let finished: Finished<T> | null = null;
    try {
      return await this.#orm.em.fork().transactional(async (em) => {
        const result = await work(em);
        finished = { result, receipt: await receiptOf(em, request?.requestId ?? null) };
        return result;
      }, READ_COMMITTED);
    } catch (error) {
      if (finished && isLost(error)) return this.#settle(finished, request, error);
      throw error;
    }
  }

  async #settle<T>({ result, receipt }: Finished<T>, request: Request, error: unknown): Promise<T> {
    if (!receipt) return result;
    this.#announce('The connection was lost while the change was committed. Looking whether it was.');
    const outcome = await settleCommit(receipt, this.#config, this.#patience.settleMs);
    if (outcome === 'unknown') throw commitUnknown(this.address, this.schema, request?.requestId ?? null);
    if (outcome === 'aborted') throw error;
    this.#announce('The change was committed.');
    return result;
  }

  async #inWords<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await this.#described(error);
    }
  }

  /** Describes an error and says that nothing was changed, unless the error itself says otherwise. */
  async #unchanged(error: unknown): Promise<unknown> {
    const described = await this.#described(error);
    return described instanceof RuleError ? described.leaving('unchanged') : described;
  }

  #described(error: unknown): Promise<unknown> {
    const described = describeDatabaseError(error, this.address, this.schema);
    return whyMissing(described, this.#orm.em.fork(), this.address, this.schema);
  }
}

/** Opens a database. Nobody logs in before the first statement; `close` ends every connection. */
export function openDatabase(
  address: DatabaseAddress,
  schema: Schema,
  options: DatabaseOptions = {},
): Database {
  return new Database(address, schema, connectingTo(address), options);
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
