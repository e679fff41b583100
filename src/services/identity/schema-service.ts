import type { MikroORM } from '@mikro-orm/postgresql';
import { migrate, pendingMigrations } from '../../database/migrations.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import type { RuleError } from '../../rules/errors.ts';
import { schemaRefusal, type SchemaState, schemaState } from '../../rules/schema-revision.ts';
import { readFacts } from './schema-facts.ts';
import { described } from './transact.ts';

const SYNC_LOCK = "hashtext('keyward db sync')";

export type SyncReport = { state: SchemaState; applied: string[] };

/** The identity database's schema: whether it is Keystone 30.0.0's, and how it becomes so. */
export class SchemaService {
  readonly #orm: MikroORM;
  readonly #address: DatabaseAddress;

  constructor(orm: MikroORM, address: DatabaseAddress) {
    this.#orm = orm;
    this.#address = address;
  }

  /**
   * Makes an empty database Keystone's and adopts one that a real Keystone made; safe to repeat and to run twice at
   * once. Refuses, untouched, a database at another revision or of another application.
   */
  async sync(): Promise<SyncReport> {
    return described(this.#orm, this.#address, () =>
      this.#orm.em.fork().transactional(async (em) => {
        await em.execute(`select pg_advisory_xact_lock(${SYNC_LOCK})`);
        const state = schemaState(await readFacts(em));
        const refusal = schemaRefusal(state, this.#address.database);
        if (refusal) throw refusal;
        // The migrator has connections of its own; this transaction only holds the lock that orders two syncs.
        await this.#orm.em.fork().execute('create schema if not exists keyward');
        const applied = state === 'empty' ? await migrate(this.#orm, 'keystone') : [];
        return { state, applied: [...applied, ...(await migrate(this.#orm, 'keyward'))] };
      }),
    );
  }

  /** What is there, and (`refusal`) why `sync` would not touch it. */
  async state(): Promise<{ state: SchemaState; refusal: RuleError | null }> {
    return described(this.#orm, this.#address, async () => {
      const em = this.#orm.em.fork();
      const found = schemaState(await readFacts(em));
      const isBehind = found === 'current' && (await pendingMigrations(em)).length > 0;
      const state = isBehind ? 'keyward-needed' : found;
      return { state, refusal: schemaRefusal(state, this.#address.database) };
    });
  }

  /** The revisions in `alembic_version`, in no order; none in an empty database. */
  async revisions(): Promise<string[]> {
    const facts = await described(this.#orm, this.#address, () => readFacts(this.#orm.em.fork()));
    const state = schemaState(facts);
    if (state === 'foreign') throw schemaRefusal(state, this.#address.database)!;
    return facts.revisions;
  }
}
