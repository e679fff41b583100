import { type Outcome, type Running, TestHome } from './cli.ts';

/** Another database of the home's PostgreSQL, whose queue has no worker unless a test starts one. */
export const OTHER = 'other';

/** A home whose own local Temporal, behind a port of the test's, is given to commands as somebody else's. */
export class ExternalTemporal {
  readonly home = new TestHome();
  env: NodeJS.ProcessEnv = {};

  async open(): Promise<void> {
    const up = await this.home.run(['up']);
    if (up.code !== 0) throw new Error(up.stderr);
    await this.home.query(`create database ${OTHER}`, 'postgres');
    this.env = {
      TEMPORAL_ADDRESS: this.address,
      KEYWARD_KEYSTONE_DATABASE_URL: `postgresql://openstack@/${OTHER}?host=${this.home.home.runDir}`,
    };
    const synced = await this.run(['db', 'sync']);
    if (synced.code !== 0) throw new Error(synced.stderr);
  }

  get address(): string {
    return this.home.temporal;
  }

  start(args: string[], env: NodeJS.ProcessEnv = {}): Running {
    return this.home.start(args, { env: { ...this.env, ...env }, input: 'external-Pw-1\n' });
  }

  run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.start(args, env).outcome;
  }

  async countRoles(): Promise<number> {
    return (await this.home.query('select from role', OTHER)).length;
  }

  async clear(): Promise<void> {
    await this.home.query(
      `truncate role, "user", assignment, system_assignment, keyward.audit cascade;
       delete from project where id <> '<<keystone.domain.root>>'`,
      OTHER,
    );
  }
}
