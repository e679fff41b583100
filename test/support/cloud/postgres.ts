import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { resolveHome } from '../../../src/config/home.ts';
import { ensurePostgres } from '../../../src/daemons/postgres/server.ts';
import { openIdentity, type IdentityServices } from '../../../src/engine/identity.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import { until } from '../home/cli.ts';
import { killParts } from '../home/kill-parts.ts';
import { cloneTemplate, hasTemplate, SYNCED } from '../home/template.ts';
import { Pools } from './pools.ts';

/** A real PostgreSQL for one test file, on a private socket, so that no other server can answer in its place. */
export class TestPostgres {
  readonly address: DatabaseAddress;
  readonly #stop: () => Promise<void>;
  readonly #pools: Pools;
  #made = 0;

  private constructor(address: DatabaseAddress, stop: () => Promise<void>) {
    this.address = address;
    this.#stop = stop;
    const { host, port, user } = address;
    this.#pools = new Pools({ host, port, user });
  }

  static async start(): Promise<TestPostgres> {
    const dir = mkdtempSync(path.join(tmpdir(), 'keyward-test-'));
    const home = resolveHome({ ...process.env, KEYWARD_HOME: dir });
    if (hasTemplate()) cloneTemplate(home);
    const address = await ensurePostgres(home, () => {});
    const server = new TestPostgres(address, async () => {
      await killParts(home);
      rmSync(dir, { recursive: true, force: true });
      rmSync(home.runDir, { recursive: true, force: true });
    });
    await server.#prepare();
    return server;
  }

  /** Leaves one database that is empty, and one with Keystone's schema of which others are copies. */
  async #prepare(): Promise<void> {
    const { database } = this.address;
    if (!hasTemplate()) await this.withServices(this.address, ({ schema }) => schema.sync());
    const [old, gone] = hasTemplate() ? ['drop database', ''] : ['alter database', `rename to ${SYNCED}`];
    await this.query('postgres', `${old} ${database} ${gone}`);
    await this.query('postgres', `create database ${database}`);
  }

  async stop(): Promise<void> {
    await this.#pools.end();
    await this.#stop();
  }

  /** Makes an empty database, or (the default) one with Keystone's schema and what db_sync leaves in it. */
  async createDatabase({ empty = false } = {}): Promise<DatabaseAddress> {
    this.#made += 1;
    const database = `test_${this.#made}`;
    await this.query('postgres', `create database ${database}${empty ? '' : ` template ${SYNCED}`}`);
    return { ...this.address, database };
  }

  query<T extends object = Record<string, unknown>>(
    database: string,
    sql: string,
    values: unknown[] = [],
  ): Promise<T[]> {
    return this.#pools.query<T>(database, sql, values);
  }

  async connect(database: string): Promise<Client> {
    const { host, port, user } = this.address;
    const client = new Client({ host, port, user, database });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** Lets a role log in by its password only; every other one is trusted. */
  async askForPassword(role: string): Promise<void> {
    const [{ file }] = (await this.query<{ file: string }>(
      'postgres',
      "select current_setting('hba_file') as file",
    )) as [{ file: string }];
    writeFileSync(file, `local all ${role} scram-sha-256\n${readFileSync(file, 'utf8')}`);
    await this.query('postgres', 'select pg_reload_conf()');
    const { host, port } = this.address;
    await until(async () => {
      const client = new Client({ host, port, user: role, database: 'postgres' });
      const isLetIn = await client.connect().then(
        () => true,
        () => false,
      );
      await client.end();
      return !isLetIn;
    });
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
