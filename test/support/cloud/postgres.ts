import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { resolveHome } from '../../../src/config/home.ts';
import { ensurePostgres } from '../../../src/daemons/postgres/server.ts';
import { stopParts } from '../../../src/daemons/parts.ts';
import { openIdentity, type IdentityServices } from '../../../src/engine/identity.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';

const TEMPLATE = 'template_synced';

/** A real PostgreSQL of a test file's own, on a private socket: no other server can answer in its place. */
export class TestPostgres {
  readonly address: DatabaseAddress;
  readonly #stop: () => Promise<void>;
  #made = 0;

  private constructor(address: DatabaseAddress, stop: () => Promise<void>) {
    this.address = address;
    this.#stop = stop;
  }

  static async start(): Promise<TestPostgres> {
    const dir = mkdtempSync(path.join(tmpdir(), 'keyward-test-'));
    const home = resolveHome({ ...process.env, KEYWARD_HOME: dir });
    const address = await ensurePostgres(home, () => {});
    const stop = async (): Promise<void> => {
      await stopParts(home);
      rmSync(dir, { recursive: true, force: true });
      rmSync(home.runDir, { recursive: true, force: true });
    };
    const server = new TestPostgres(address, stop);
    await server.query('postgres', `create database ${TEMPLATE}`);
    const services = await openIdentity({ ...address, database: TEMPLATE });
    await services.schema.sync();
    await services.close();
    return server;
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  /** An empty database, or (the default) one with Keystone's schema and nothing in it but what db_sync leaves. */
  async createDatabase({ empty = false } = {}): Promise<DatabaseAddress> {
    this.#made += 1;
    const database = `test_${this.#made}`;
    await this.query('postgres', `create database ${database}${empty ? '' : ` template ${TEMPLATE}`}`);
    return { ...this.address, database };
  }

  async query<T extends object = Record<string, unknown>>(
    database: string,
    sql: string,
    values: unknown[] = [],
  ): Promise<T[]> {
    const client = await this.connect(database);
    try {
      return (await client.query(sql, values)).rows as T[];
    } finally {
      await client.end();
    }
  }

  async connect(database: string): Promise<Client> {
    const { host, port, user } = this.address;
    const client = new Client({ host, port, user, database });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  async withServices<T>(
    address: DatabaseAddress,
    use: (services: IdentityServices) => Promise<T>,
  ): Promise<T> {
    const services = await openIdentity(address, { poolSize: 10 });
    try {
      return await use(services);
    } finally {
      await services.close();
    }
  }
}
