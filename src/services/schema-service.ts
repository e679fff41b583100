import type { EntityManager } from '@mikro-orm/postgresql';
import { lockTask } from '../database/advisory-lock.ts';
import type { Database } from '../database/database.ts';
import { pendingMigrations } from '../database/migrations.ts';
import { RuleError } from '../rules/errors.ts';
import { schemaRefusal, type SchemaState, schemaState } from '../rules/schema-revision.ts';
import { readFacts } from '../database/schema-facts.ts';

export type SyncReport = { state: SchemaState; applied: string[] };

/** A database's schema: whether it is upstream's at the release that keyward works on, and how it becomes so. */
export class SchemaService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Makes an empty database upstream's and adopts one that upstream itself made; safe to repeat and to run twice at
   * once. Refuses, untouched, a database at another revision or of another application.
   */
  async sync(): Promise<SyncReport> {
    const applied: string[] = [];
    const work = async (em: EntityManager): Promise<SyncReport> => {
      await lockTask(em, 'keyward db sync');
      const state = await this.#found(em);
      const refusal = this.#refusal(state);
      if (refusal) throw refusal;
      // The migrator has connections of its own; this transaction only holds the lock that orders two syncs.
      const { upstream, keyward } = this.#database.schema.migrations;
      if (state === 'empty') applied.push(...(await this.#database.migrate(upstream)));
      applied.push(...(await this.#database.migrate(keyward)));
      return { state, applied };
    };
    return this.#database.transactOnce(null, work).catch((error: unknown) => {
      throw error instanceof RuleError && applied.length > 0 ? halfWay(error, applied) : error;
    });
  }

  /** What is there, and (`refusal`) why `sync` would not touch it. */
  async state(): Promise<{ state: SchemaState; refusal: RuleError | null }> {
    const { keyward } = this.#database.schema.migrations;
    return this.#database.read(async (em) => {
      const found = await this.#found(em);
      const isBehind = found === 'current' && (await pendingMigrations(em, keyward)).length > 0;
      const state = isBehind ? 'keyward-needed' : found;
      return { state, refusal: this.#refusal(state) };
    });
  }

  /** The revision in `alembic_version`; of two branches that of the one that expands, as upstream tells it. */
  async version(): Promise<string> {
    const { schema } = this.#database;
    const facts = await this.#database.read((em) => readFacts(em, schema));
    const state = schemaState(facts, schema);
    if (state === 'foreign') throw this.#refusal(state)!;
    const [expand] = facts.revisions.filter((revision) => revision !== schema.heads.contract?.revision);
    if (expand !== undefined) return expand;
    throw new RuleError('SchemaMissing', 'The database has no revision: there is no schema in it.', {
      cure: `Run \`${schema.sync}\`.`,
    });
  }

  async #found(em: EntityManager): Promise<SchemaState> {
    const { schema } = this.#database;
    return schemaState(await readFacts(em, schema), schema);
  }

  #refusal(state: SchemaState): RuleError | null {
    const { address, schema } = this.#database;
    return schemaRefusal(state, address.database, schema);
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
