import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { confText, type Sections } from '../conf-file.ts';
import { NovaObjects } from './nova-objects.ts';
import { ForkedPrograms, type Outcome, type Programs } from './programs.ts';
import { ensureVenv } from './venv.ts';

/** Nova's own programs, and a nova.conf that they and keyward read; no Nova need run. */
export class NovaTools {
  readonly config: string;
  /** The folder of the venv's programs. */
  readonly bin: string;
  readonly #dir: string;
  readonly #programsIn: (bin: string) => Programs;
  #programs: Programs | null = null;

  private constructor(dir: string, bin: string, programsIn: (bin: string) => Programs) {
    this.#dir = dir;
    this.bin = bin;
    this.config = path.join(dir, 'nova.conf');
    this.#programsIn = programsIn;
  }

  /** Leaves the nova.conf to `write`, or to the Nova whose state folder this is. Always `close` it. */
  static async open(
    dir: string,
    programsIn = (bin: string): Programs => new ForkedPrograms(bin, 'nova'),
  ): Promise<NovaTools> {
    mkdirSync(dir, { recursive: true });
    return new NovaTools(dir, path.join(await ensureVenv(), 'bin'), programsIn);
  }

  write(sections: Sections): void {
    writeFileSync(this.config, confText(sections));
  }

  manage(...args: string[]): Promise<Outcome> {
    return this.#run('nova-manage', ['--config-file', this.config, ...args], process.env);
  }

  /** Runs `nova-status upgrade check`. */
  status(...args: string[]): Promise<Outcome> {
    return this.#run('nova-status', ['--config-file', this.config, 'upgrade', 'check', ...args], process.env);
  }

  /** Runs openstackclient; the environment says where, who and on what, so that no argument holds a password. */
  openstack(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Outcome> {
    return this.#run('openstack', args, { PATH: process.env['PATH'], HOME: this.#dir, ...env });
  }

  /** Gives Nova's objects on the databases of the same nova.conf. */
  objects(): NovaObjects {
    this.#programs ??= this.#programsIn(this.bin);
    return new NovaObjects(this.#programs, this.config);
  }

  close(): void {
    this.#programs?.close();
    this.#programs = null;
  }

  /** Python takes seconds to import Nova: it does so only for a test that runs a program. */
  #run(...asked: Parameters<Programs['run']>): Promise<Outcome> {
    this.#programs ??= this.#programsIn(this.bin);
    return this.#programs.run(...asked);
  }
}
