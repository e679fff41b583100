import { type Running, TestHome, until } from './cli.ts';
import { OwnDatabase } from './own-database.ts';

/** A home whose own local Temporal, behind a port of the test's, is given to commands as somebody else's. */
export class ExternalTemporal {
  readonly home = TestHome.clone();

  async open(): Promise<void> {
    const up = await this.home.run(['up']);
    if (up.code !== 0) throw new Error(up.stderr);
  }

  get address(): string {
    return this.home.temporal;
  }

  /** A database whose queue has no worker unless a test starts one. */
  database(): Promise<OwnDatabase> {
    return OwnDatabase.make(this.home, { TEMPORAL_ADDRESS: this.address });
  }
}

/** `worker start`, once it serves the database. */
export async function startWorker(cloud: OwnDatabase, env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const worker = cloud.start(['worker', 'start'], env);
  await until(() => worker.stderr().includes('The worker is ready.'));
  return worker;
}
