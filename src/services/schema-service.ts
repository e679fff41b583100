import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../database/database.ts';
import { pendingMigrations } from '../database/migrations.ts';
import { RuleError } from '../rules/errors.ts';
import { schemaRefusal, type SchemaState, schemaState } from '../rules/schema-revision.ts';
import { readFacts } from '../database/schema-facts.ts';

const SYNC_LOCK = "hashtext('keyward db sync')";

export type SyncReport = { state: SchemaState; applied: string[] };

/** The identity database's schema: whether it is Keystone 30.0.0's, and how it becomes so. */
export class SchemaService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Makes an empty database Keystone's and adopts one that a real Keystone made; safe to repeat and to run twice at
   * once. Refuses, untouched, a database at another revision or of another application.
   */
  async sync(): Promise<SyncReport> {
    const applied: string[] = [];
    const work = async (em: EntityManager): Promise<SyncReport> => {
      await em.execute(`select pg_advisory_xact_lock(${SYNC_LOCK})`);
      const state = schemaState(await readFacts(em));
      const refusal = schemaRefusal(state, this.#database.address.database);
      if (refusal) throw refusal;
      // The migrator has connections of its own; this transaction only holds the lock that orders two syncs.
      if (state === 'empty') applied.push(...(await this.#database.migrate('keystone')));
      applied.push(...(await this.#database.migrate('keyward')));
      return { state, applied };
    };
    return this.#database.transactOnce(null, work).catch((error: unknown) => {
      throw error instanceof RuleError && applied.length > 0 ? halfWay(error, applied) : error;
    });
  }

  /** What is there, and (`refusal`) why `sync` would not touch it. */
  async state(): Promise<{ state: SchemaState; refusal: RuleError | null }> {
    return this.#database.read(async (em) => {
      const found = schemaState(await readFacts(em));
      const isBehind = found === 'current' && (await pendingMigrations(em)).length > 0;
      const state = isBehind ? 'keyward-needed' : found;
      return { state, refusal: schemaRefusal(state, this.#database.address.database) };
    });
  }

  /** The revisions in `alembic_version`, in no order; none in an empty database. */
  async revisions(): Promise<string[]> {
    const facts = await this.#database.read(readFacts);
    const state = schemaState(facts);
    if (state === 'foreign') throw schemaRefusal(state, this.#database.address.database)!;
    return facts.revisions;
  }
}

/** Each set of migrations is a transaction of its own, so that an earlier one stays. */
function halfWay(error: RuleError, applied: string[]): RuleError {
  if (error.outcome === 'unknown') return error;
  const { name, message, cure, exitCode } = error;
  return new RuleError(name, `${message} Before that, these were applied: ${applied.join(', ')}.`, {
    cure,
    exitCode,
    outcome: 'changed',
  });
}
