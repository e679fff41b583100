import { randomUUID } from 'node:crypto';
import { cellAddress, fillDatabaseUrl, fillTransportUrl, maskUrl } from '../../../src/config/cell-urls.ts';
import { type ComputeServices, openCompute } from '../../../src/engine/open-compute.ts';
import type { DatabaseOptions } from '../../../src/database/database.ts';
import { novaApiSchema } from '../../../src/database/nova-api/schema.ts';
import { novaCellSchema } from '../../../src/database/nova-cell/schema.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import type { CellUrls } from '../../../src/services/compute/cell-service.ts';
import type { TestPostgres } from './postgres.ts';
import { recorded } from './recorded.ts';
import { syncedDatabase } from './synced-database.ts';

/** Stands in every URL of these cells: nothing that is printed may hold it. */
export const CANARY = 'canary-Pw-1';

const BASE = { value: null, origin: 'nova.conf' };
const MQ = { value: 'rabbit://', origin: 'nova.conf' };
const urls: CellUrls = {
  fillDatabase: (stored, cell) => fillDatabaseUrl(stored, BASE, cell),
  fillTransport: (stored, cell) => fillTransportUrl(stored, MQ, cell),
  mask: maskUrl,
};

export const actor = () => ({
  requestId: randomUUID(),
  operation: 'test',
  requester: { user: 'alice', sudoUser: null, host: 'here' },
});

/** Opens Nova's services as keyward does, whose cells are where their mappings say. Always close them. */
export const openTestCompute = (
  address: DatabaseAddress,
  options: DatabaseOptions = {},
): Promise<ComputeServices> =>
  openCompute(
    address,
    ({ databaseConnection, ...named }) => cellAddress(databaseConnection, BASE, named, {}),
    urls,
    options,
  );

/** The tables that tests break. */
const BROKEN = {
  api: ['host_mappings', 'instance_mappings', 'cell_mappings', 'build_requests', 'alembic_version'],
  cell: ['instances', 'instance_system_metadata', 'services', 'compute_nodes', 'alembic_version'],
};

/** An API database with cells, all made by keyward's own sync. Always close it. */
export class TestCells {
  readonly services: ComputeServices;
  /** The API database's name. */
  readonly api: string;
  readonly #server: TestPostgres;
  readonly #template: string;
  #made = 0;

  private constructor(server: TestPostgres, services: ComputeServices, template: string) {
    this.#server = server;
    this.services = services;
    this.api = services.address.database;
    this.#template = template;
  }

  /** Makes cell0 to cell<N - 1>. */
  static async make(server: TestPostgres, count: number): Promise<TestCells> {
    const [api, cell] = [
      await syncedDatabase(server, novaApiSchema),
      await syncedDatabase(server, novaCellSchema),
    ];
    await Promise.all([api.close(), cell.close()]);
    const made = new TestCells(server, await openTestCompute(api.address), cell.address.database);
    for (let number = 0; number < count; number += 1) await made.add();
    return made;
  }

  /** Adds a cell; without a URL it has a database of its own. Gives the database's name. */
  async add(url?: string): Promise<string> {
    const name = `cell${this.#made}`;
    this.#made += 1;
    const database = `${this.api}_${name}`;
    if (!url) await this.#server.query('postgres', `create database ${database} template ${this.#template}`);
    await this.services.cellSync.map(actor(), [
      {
        name,
        isCell0: name === 'cell0',
        transportUrl: `rabbit://nova:${CANARY}@${name}.example:5672/`,
        databaseConnection: () => url ?? this.urlOf(database),
      },
    ]);
    return database;
  }

  /** Puts into cell1 what a real Nova left that had one cell. */
  async fill(): Promise<void> {
    const rows = recorded('nova/rows-api.sql').replaceAll(/^INSERT INTO public.cell_mappings.*$/gm, '');
    await this.#server.query(this.api, rows);
    await this.#server.query(this.databaseOf('cell1'), recorded('nova/rows-cell.sql.zst'));
  }

  urlOf(database: string, user = this.#server.address.user): string {
    return `postgresql+psycopg2://${user}:${CANARY}@/${database}?host=${this.#server.address.host}`;
  }

  /** Gives the name of a cell's database. */
  databaseOf = (name: string): string => `${this.api}_${name}`;

  /** Keeps what the tables have that tests break, for `restore`. */
  async keep(): Promise<void> {
    await this.#onEach(
      (table) => `create schema if not exists kept; create table kept.${table} as table ${table};`,
    );
  }

  async restore(): Promise<void> {
    await this.#onEach((table) => `delete from ${table}; insert into ${table} table kept.${table};`);
  }

  close = (): Promise<void> => this.services.close();

  /** Opens the same cells with other options; whoever opens them closes them. */
  open = (options: DatabaseOptions): Promise<ComputeServices> =>
    openTestCompute(this.services.address, options);

  async #onEach(sql: (table: string) => string): Promise<void> {
    const names = Array.from({ length: this.#made }, (_, at) => this.databaseOf(`cell${at}`));
    const run = (database: string, tables: string[]) =>
      this.#server.query(
        database,
        `begin; set local session_replication_role = replica; ${tables.map(sql).join(' ')} commit`,
      );
    await run(this.api, BROKEN.api);
    for (const name of names) await run(name, BROKEN.cell);
  }
}
