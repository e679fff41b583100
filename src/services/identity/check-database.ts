import { IsolationLevel, type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import type { Kysely } from 'kysely';
import { describeDatabaseError } from '../../database/describe-error.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { RuleError } from '../../rules/errors.ts';

/** Below the deadline of a check's activity, so that the database's own answer arrives. In seconds. */
const STATEMENT_TIMEOUT = 10;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Lets upgrade checks read, and nothing else. */
export class CheckDatabase {
  readonly #orm: MikroORM;
  readonly #address: DatabaseAddress;

  constructor(orm: MikroORM, address: DatabaseAddress) {
    this.#orm = orm;
    this.#address = address;
  }

  /**
   * Runs `use` on one READ ONLY snapshot. Whatever the database refuses is thrown as a RuleError that repeats neither
   * statement nor credentials.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- checks name raw tables, of which no type is kept
  async read<T>(use: (database: Kysely<any>) => Promise<T>): Promise<T> {
    const inSnapshot = async (em: EntityManager): Promise<T> => {
      await em.execute(`set local statement_timeout = '${STATEMENT_TIMEOUT}s'`);
      return use(em.getKysely());
    };
    try {
      return await this.#orm.em.fork().transactional(inSnapshot, {
        isolationLevel: IsolationLevel.REPEATABLE_READ,
        readOnly: true,
      });
    } catch (error) {
      throw asRefusal(describeDatabaseError(error, this.#address), this.#address);
    }
  }
}

function asRefusal(error: unknown, { database, user }: DatabaseAddress): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (error instanceof RuleError || typeof code !== 'string' || !SQLSTATE.test(code)) return error;
  return new RuleError('DatabaseRefused', `The database ${database} answered ${code}: ${message}.`, {
    cure: `Let user ${user} read Keystone's tables, and compare the schema with \`keyward db sync --check\`.`,
  });
}
