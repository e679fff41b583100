import type { Programs } from './programs.ts';

/** The fields of Nova's own objects, by the table that each kind is kept in. */
export type ObjectRows = Record<string, Record<string, unknown>[]>;

/** Reads and writes rows by Nova's objects, on the databases that a nova.conf names. */
export class NovaObjects {
  readonly #programs: Programs;
  readonly #config: string;

  constructor(programs: Programs, config: string) {
    this.#programs = programs;
    this.#config = config;
  }

  /** Writes one or two of each kind; returns the token of a console among them. */
  async write(): Promise<string> {
    return (await this.#run('write')).trim();
  }

  async read(token: string): Promise<ObjectRows> {
    return JSON.parse(await this.#run('read', token)) as ObjectRows;
  }

  /** Loads all that there is of each server, by its uuid; throws where one of Nova's objects refuses what it reads. */
  async servers(uuids: string[]): Promise<Record<string, ObjectRows>> {
    return JSON.parse(await this.#run('servers', ...uuids)) as Record<string, ObjectRows>;
  }

  async #run(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#programs.run(
      'nova-objects',
      [this.#config, ...args],
      process.env,
    );
    if (code !== 0) throw new Error(`Nova's objects failed: ${stderr}`);
    return stdout;
  }
}
