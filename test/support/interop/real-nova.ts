import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { underLock } from '../../../src/daemons/process-lock.ts';
import type { Sections } from '../conf-file.ts';
import { makeUnlessThere, type NovaDatabases, remakeDatabases, urlOf } from './nova/databases.ts';
import { endNow, findRig, readReady, type Program, type Ready, startRig } from './nova/process.ts';
import { NovaProject } from './nova/project.ts';
import { sharedDatabases, sharedFolder } from './nova/shared.ts';
import { NovaTools } from './nova-tools.ts';

/** The identity stub takes no other one, and it is the secret of the metadata service too. */
export const NOVA_PASSWORD = 'rig-Pw-1';

type Wanted = {
  /** The state folder, which nova.conf is in. */
  dir: string;
  databases: NovaDatabases;
  /** True (the default) if Nova is to make its schemas and cells; the databases are then made anew. */
  sync?: boolean;
  /** More of nova.conf. */
  options?: Sections;
  /** Programs that somebody else starts (`ScatteredNova`); then it needs another bus than the default. */
  apart?: Program[];
};

/**
 * A real Nova 34.0.0 in one process: the compute API, the metadata service, conductor, scheduler, and nova-compute with a
 * fake driver, a real Placement, and stubs of Identity, Image and Network. Its only cell is `cell1`.
 */
export class RealNova {
  readonly databases: NovaDatabases;
  readonly tools: NovaTools;
  readonly #dir: string;
  readonly #options: Sections;
  readonly #apart: Program[];
  #child: ChildProcess | null = null;

  private constructor({ dir, databases, options = {}, apart = [] }: Wanted, tools: NovaTools) {
    this.databases = databases;
    this.tools = tools;
    this.#dir = dir;
    this.#options = options;
    this.#apart = apart;
  }

  /** Starts a Nova of the test's own. Always `close` it. */
  static async start(wanted: Wanted): Promise<RealNova> {
    const nova = new RealNova(wanted, await NovaTools.open(wanted.dir));
    const { databases, sync = true } = wanted;
    await (sync ? remakeDatabases(databases) : makeUnlessThere(databases.placement));
    await nova.#begin(sync);
    return nova;
  }

  /** Gives the Nova that all files of a test run share; the first one starts it. Always `close` it: others go on. */
  static async shared(): Promise<RealNova> {
    const folder = sharedFolder();
    const dir = path.join(folder, 'nova');
    const started = await underLock(path.join(folder, 'lock'), Infinity, async () => {
      const databases = await sharedDatabases();
      if (!(await findRig(dir))) await RealNova.start({ dir, databases });
      return databases;
    });
    return new RealNova({ dir, databases: started!.result }, await NovaTools.open(dir));
  }

  /** The path of a nova.conf that Nova, its programs and keyward read. */
  get config(): string {
    return this.tools.config;
  }

  /** The addresses of its parts; a restart changes them. */
  get at(): Ready {
    return readReady(this.#dir);
  }

  /** Gives a project of the test's own: nothing that is done to it disturbs another one. */
  project(): NovaProject {
    return new NovaProject(this.at, NOVA_PASSWORD);
  }

  /** Ends it in the middle of what it does, as a power cut would: only for a Nova of the test's own. */
  async kill(): Promise<void> {
    if (!this.#child) throw new Error('This Nova is shared, or has ended already');
    await endNow(this.#child);
    this.#child = null;
  }

  /** Starts it again on what it left. */
  async restart(): Promise<void> {
    if (this.#child) await this.kill();
    await this.#begin(false);
  }

  async close(): Promise<void> {
    this.tools.close();
    if (this.#child) await this.kill();
  }

  async #begin(sync: boolean): Promise<void> {
    const named = Object.entries(this.databases).map(([name, address]) => [name, urlOf(address)]);
    this.#child = await startRig(path.join(this.tools.bin, 'python'), {
      dir: this.#dir,
      host: 'compute1',
      databases: Object.fromEntries(named) as Record<string, string>,
      sync,
      options: this.#options,
      password: NOVA_PASSWORD,
      apart: this.#apart,
    });
  }
}
