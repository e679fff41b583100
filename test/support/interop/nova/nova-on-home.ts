import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { cellAddress, fillDatabaseUrl, fillTransportUrl, maskUrl } from '../../../../src/config/cell-urls.ts';
import { ensurePostgres } from '../../../../src/daemons/postgres/server.ts';
import { type ComputeServices, openCompute } from '../../../../src/engine/open-compute.ts';
import { type Outcome, TestHome } from '../../home/cli.ts';
import { RealNova } from '../real-nova.ts';
import { novaDatabases, urlOf } from './databases.ts';
import type { NovaProject } from './project.ts';

type Parts = { home: TestHome; nova: RealNova; services: ComputeServices; cell: string };

/**
 * A home whose databases keyward has made, and a real Nova that runs on them: a host of keyward's and one of Nova's are in
 * one cell.
 */
export class NovaOnHome {
  readonly home: TestHome;
  readonly nova: RealNova;
  /** keyward's services on the same databases, for what no command does alone: one step of a run. */
  readonly services: ComputeServices;
  readonly project: NovaProject;
  /** The uuid of cell1. */
  readonly cell: string;
  /** keyward's host. */
  readonly host = hostname();

  private constructor({ home, nova, services, cell }: Parts) {
    this.home = home;
    this.nova = nova;
    this.services = services;
    this.cell = cell;
    this.project = nova.project();
  }

  /** Always `close` it. */
  static async start(): Promise<NovaOnHome> {
    const home = TestHome.clone();
    const databases = novaDatabases(await ensurePostgres(home.home, () => {}));
    const synced = await home.run(['db', 'sync', 'compute']);
    if (synced.code !== 0) throw new Error(synced.stderr);
    const nova = await RealNova.start({ dir: path.join(home.dir, 'nova'), databases, sync: false });
    const base = { value: urlOf(databases.cell1), origin: 'the test' };
    const services = await openCompute(
      databases.api,
      ({ databaseConnection, ...cell }) => cellAddress(databaseConnection, base, cell, {}),
      {
        fillDatabase: (stored, cell) => fillDatabaseUrl(stored, base, cell),
        fillTransport: (stored, cell) => fillTransportUrl(stored, { ...base, value: 'fake:///' }, cell),
        mask: maskUrl,
      },
    );
    const { uuid: cell } = (await services.cells.list()).find(({ name }) => name === 'cell1')!;
    return new NovaOnHome({ home, nova, services, cell });
  }

  /** Runs a command as a member of the project. */
  asMember(...args: string[]): Promise<Outcome> {
    return this.home.run([...args, '--os-user-id', 'alice', '--os-project-id', this.project.id]);
  }

  /** The servers of which there is something on keyward's host. */
  guests(): string[] {
    const folder = path.join(this.home.dir, 'instances');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  /** How much Nova has logged, in bytes. */
  get logged(): number {
    return statSync(this.#log).size;
  }

  /** The errors and tracebacks that Nova has logged since then. */
  errorsSince(logged: number): string[] {
    const lines = readFileSync(this.#log).subarray(logged).toString('utf8').split('\n');
    return lines.filter((line) => / (ERROR|CRITICAL) |Traceback/.test(line));
  }

  async close(): Promise<void> {
    await this.services.close();
    await this.nova.close();
    await this.home.remove();
  }

  get #log(): string {
    return path.join(path.dirname(this.nova.config), 'nova.log');
  }
}
