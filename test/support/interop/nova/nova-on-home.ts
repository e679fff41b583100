import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { cellAddress, fillDatabaseUrl, fillTransportUrl, maskUrl } from '../../../../src/config/cell-urls.ts';
import { ensurePostgres } from '../../../../src/daemons/postgres/server.ts';
import { type ComputeServices, openCompute } from '../../../../src/engine/open-compute.ts';
import { type Outcome, TestHome } from '../../home/cli.ts';
import { RealNova } from '../real-nova.ts';
import { novaDatabases, urlOf } from './databases.ts';
import type { NovaProject } from './project.ts';

export type Who = 'member' | 'admin';
type Parts = { home: TestHome; nova: RealNova; services: ComputeServices; cell: string };

/** Nova counts keyward's servers among a project's ten. */
const WITHOUT_QUOTA = { quota: { instances: -1, cores: -1, ram: -1 } };

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
    // The first command would wait for Temporal and the worker.
    const [nova] = await Promise.all([
      RealNova.start({ dir: path.join(home.dir, 'nova'), databases, sync: false, options: WITHOUT_QUOTA }),
      home.run(['up']),
    ]);
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

  /** Makes an image for commands, and gives its id. */
  async makeImage(name: string): Promise<string> {
    const made = ['image', 'create', name, '--file', this.file('image', 'x'.repeat(1024))];
    return (await this.home.json(...made, '--disk-format', 'raw')).id as string;
  }

  /** Writes a file for a command, and gives its path. */
  file(name: string, data: string): string {
    const written = path.join(this.home.dir, `${name}-file`);
    writeFileSync(written, data);
    return written;
  }

  /** Runs a command as a member of the project. */
  asMember(...args: string[]): Promise<Outcome> {
    return this.home.run([...args, '--os-user-id', 'alice', '--os-project-id', this.project.id]);
  }

  /** Makes a server of those by a command, and gives its id. */
  async create(name: string, image: string, ...more: string[]): Promise<string> {
    const args = ['server', 'create', name, '--flavor', 'm1.tiny', '--image', image, '-f', 'json', ...more];
    const { code, stdout, stderr } = await this.asMember(...args);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout).id as string;
  }

  /** Gives what Nova's API answers; throws where it refuses. */
  async answered(who: Who, where: string, version = '2.96'): Promise<any> {
    const { status, body } = await this.project[who].call('GET', where, undefined, version);
    if (status !== 200) throw new Error(`${where}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Gives what Nova's API tells an admin of one server; deleted ones are in a list alone. */
  async told(id: string, { isDeleted }: { isDeleted: boolean }, version = '2.96'): Promise<any> {
    if (!isDeleted) return (await this.answered('admin', `/servers/${id}`, version)).server;
    const { servers } = await this.answered('admin', '/servers/detail?deleted=True', version);
    return servers.find((server: { id: string }) => server.id === id);
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
