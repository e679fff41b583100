import { listParts } from '../../../src/daemons/parts.ts';
import { targetIn } from '../../../src/daemons/postgres/server-name.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import type { Outcome, Running, TestHome } from './cli.ts';
import { SYNCED } from './template.ts';

let made = 0;

/**
 * A database of one test's own in a cloned home, with Keystone's schema, and commands that work on it. It is a target,
 * and so has runs and workers, of its own: tests that have one each may run at the same time.
 */
export class OwnDatabase {
  readonly home: TestHome;
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;

  private constructor(home: TestHome, name: string, env: NodeJS.ProcessEnv) {
    this.home = home;
    this.name = name;
    this.env = {
      KEYWARD_KEYSTONE_DATABASE_URL: home.urlOf(name),
      ...env,
    };
  }

  static async make(home: TestHome, env: NodeJS.ProcessEnv = {}): Promise<OwnDatabase> {
    made += 1;
    const name = `own_${made}`;
    await home.query(`create database ${name} template ${SYNCED}`, 'postgres');
    return new OwnDatabase(home, name, env);
  }

  start(args: string[], env: NodeJS.ProcessEnv = {}): Running {
    return this.home.start(args, { env: { ...this.env, ...env }, input: 'own-Pw-1\n' });
  }

  run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.start(args, env).outcome;
  }

  query<T extends object = Record<string, unknown>>(sql: string): Promise<T[]> {
    return this.home.query<T>(sql, this.name);
  }

  holdUp(sql: string): Promise<() => Promise<void>> {
    return this.home.holdUp(sql, this.name);
  }

  isHeldUp(by: 'advisory' | 'relation'): Promise<boolean> {
    return this.home.isHeldUp(by, this.name);
  }

  async countRoles(): Promise<number> {
    return (await this.query('select from role')).length;
  }

  async statusOf(id: string): Promise<string> {
    const { stdout } = await this.run(['workflow', 'show', id, '-f', 'json']);
    return (JSON.parse(stdout) as { status: string }).status;
  }

  /** The pid of the local worker that serves it. */
  async workerPid(): Promise<number> {
    const { home } = this.home;
    const address = { host: home.runDir, port: 5432, database: this.name } as DatabaseAddress;
    const target = await targetIn(home, address, () => {});
    return listParts(home).find(({ part }) => part === `worker ${target}`)!.pid!;
  }
}
