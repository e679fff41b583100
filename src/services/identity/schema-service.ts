import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { migrate } from '../../database/migrations.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { RuleError } from '../../rules/errors.ts';
import { type SchemaFacts, type SchemaState, schemaState } from '../../rules/schema-revision.ts';
import { described } from './transact.ts';

const SYNC_LOCK = "hashtext('keyward db sync')";
const REAL_SYNC = 'Run `keystone-manage db_sync` of Keystone 30.0.0 on it first, then repeat the command.';

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
    return described(this.#address, () =>
      this.#orm.em.fork().transactional(async (em) => {
        await em.execute(`select pg_advisory_xact_lock(${SYNC_LOCK})`);
        const state = schemaState(await readFacts(em));
        this.#assertSyncable(state);
        // The migrator has connections of its own; this transaction only holds the lock that orders two syncs.
        await this.#orm.em.fork().execute('create schema if not exists keyward');
        const applied = state === 'empty' ? await migrate(this.#orm, 'keystone') : [];
        return { state, applied: [...applied, ...(await migrate(this.#orm, 'keyward'))] };
      }),
    );
  }

  async state(): Promise<SchemaState> {
    return schemaState(await this.#facts());
  }

  /** The revisions in `alembic_version`, in no order; none in an empty database. */
  async revisions(): Promise<string[]> {
    return (await this.#facts()).revisions;
  }

  #facts(): Promise<SchemaFacts> {
    return described(this.#address, () => readFacts(this.#orm.em.fork()));
  }

  #assertSyncable(state: SchemaState): void {
    const name = this.#address.database;
    if (state === 'empty' || state === 'current') return;
    if (state === 'foreign') {
      throw new RuleError('ForeignDatabase', `The database ${name} holds tables that are not Keystone's.`, {
        cure: 'Name an empty database, or one of a Keystone; nothing was changed.',
      });
    }
    const what = state === 'unknown' ? 'an unknown revision' : 'an older revision than Keystone 30.0.0';
    throw new RuleError('SchemaRevision', `The database ${name} is at ${what}; nothing was changed.`, {
      cure: REAL_SYNC,
    });
  }
}

async function readFacts(em: EntityManager): Promise<SchemaFacts> {
  const [facts] = await em.execute<[{ tables: number; alembic: boolean }]>(
    `select (select count(*)::int from pg_tables where schemaname = 'public') as tables,
            to_regclass('public.alembic_version') is not null as alembic`,
  );
  const rows = facts.alembic
    ? await em.execute<{ version_num: string }[]>('select version_num from public.alembic_version')
    : [];
  return {
    tables: facts.tables,
    hasAlembic: facts.alembic,
    revisions: rows.map((row) => row.version_num),
  };
}
