import path from 'node:path';
import { type Outcome, TestHome } from '../home/cli.ts';
import { RealKeystone } from '../interop/real-keystone.ts';

export const PASSWORD = 'interop-Pw-1';
export const URL = 'http://127.0.0.1:5000/v3';

/** Gives the flags that tell both bootstraps of the catalog. */
const catalogOf = (url: string): string[] => [
  ...['public', 'internal', 'admin'].flatMap((face) => [`--bootstrap-${face}-url`, url]),
  '--bootstrap-region-id',
  'RegionOne',
];

type Wanted = { args?: string[]; password?: string; url?: string };
type Checked = { code: number | null; remedies: string[] };

/** A keyward home with databases beside each other, and a real Keystone that can be pointed at any of them. */
export class TestCloud {
  readonly home = new TestHome();
  #keystone: RealKeystone | null = null;

  /** Starts everything in a folder whose name has a space, which shows whether remedies quote paths. */
  async open(...databases: string[]): Promise<void> {
    await this.home.run(['up']);
    for (const name of databases) await this.home.query(`create database ${name}`, 'postgres');
    const dir = path.join(this.home.dir, 'real keystone');
    this.#keystone = await RealKeystone.open(dir, this.home.urlOf(databases[0]!));
  }

  get keystone(): RealKeystone {
    return this.#keystone!;
  }

  keyward(database: string, ...args: string[]): Promise<Outcome> {
    return this.home.run(args, this.#options(database, PASSWORD));
  }

  bootstrap(database: string, { args = [], password = PASSWORD, url = URL }: Wanted = {}): Promise<Outcome> {
    const all = ['bootstrap', ...catalogOf(url), '--bootstrap-password-stdin', '-f', 'json', ...args];
    return this.home.run(all, this.#options(database, password));
  }

  manageBootstrap(): Promise<Outcome> {
    return this.keystone.manage('bootstrap', '--bootstrap-password', PASSWORD, ...catalogOf(URL));
  }

  /** Runs `status upgrade check` with the real Keystone's own configuration, which the remedies then name too. */
  async check(): Promise<Checked> {
    const args = ['status', 'upgrade', 'check', '--config-file', this.keystone.config, '-f', 'json'];
    const { code, stdout } = await this.home.run(args);
    const rows = JSON.parse(stdout) as { Remedy: string | null }[];
    return { code, remedies: rows.map(({ Remedy }) => Remedy).filter((remedy) => remedy !== null) };
  }

  /** Runs a remedy as it is printed, where keyward and Keystone's own programs are on PATH. */
  follow(remedy: string): Promise<Outcome> {
    const env = { PATH: `${this.keystone.bin}:${process.env['PATH']}`, OS_BOOTSTRAP_PASSWORD: PASSWORD };
    return this.home.shell(remedy, { env });
  }

  /** Gives the content of all of Keystone's tables, to see whether anything was written. */
  async everyRow(database: string): Promise<string> {
    const tables = await this.home.query<{ name: string }>(
      "select format('%I', tablename) as name from pg_tables where schemaname = 'public' order by 1",
      database,
    );
    const rows = [];
    for (const { name } of tables)
      rows.push(
        name,
        ...(await this.home.query(`select t::text from public.${name} t order by 1`, database)),
      );
    return JSON.stringify(rows);
  }

  async close(): Promise<void> {
    this.#keystone?.close();
    await this.home.remove();
  }

  #options(database: string, password: string) {
    return { env: { KEYWARD_KEYSTONE_DATABASE_URL: this.home.urlOf(database) }, input: `${password}\n` };
  }
}
