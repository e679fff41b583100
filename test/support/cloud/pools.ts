import { type ClientConfig, Pool } from 'pg';

/** Short of the 5 s for which PostgreSQL waits until nobody uses a database that is to be copied or dropped. */
const IDLE_MS = 1000;

/**
 * A test's own connections to the databases of one server. They are kept for the next question, since a new one for
 * each would cost more than what is asked.
 */
export class Pools {
  readonly #pools = new Map<string, Pool>();
  readonly #server: ClientConfig;

  constructor(server: ClientConfig) {
    this.#server = server;
  }

  async query<T extends object>(database: string, sql: string, values?: unknown[]): Promise<T[]> {
    return (await this.#of(database).query(sql, values)).rows as T[];
  }

  async end(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
    this.#pools.clear();
  }

  #of(database: string): Pool {
    const known = this.#pools.get(database);
    if (known) return known;
    const pool = new Pool({ ...this.#server, database, idleTimeoutMillis: IDLE_MS, allowExitOnIdle: true });
    // Servers are killed by tests; the pool then opens a new connection for the next question.
    pool.on('error', () => {});
    this.#pools.set(database, pool);
    return pool;
  }
}
