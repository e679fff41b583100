import type { ComputeServices } from '../../../src/engine/open-compute.ts';
import { type Running, TestHome, until } from './cli.ts';
import { madeServer, openServersOf, prepareServers } from './made-servers.ts';
import { type Point, ServerHolds } from './server-holds.ts';

export type What = 'create' | 'delete';
type Row = { uuid: string; vm_state: string; task_state: string | null; deleted: number };

/** A home whose servers can be held up while a command makes or deletes them. */
export class ServerHome {
  readonly home = TestHome.clone();
  readonly holds = new ServerHolds(this.home);
  readonly env = { OS_USER_ID: 'alice', OS_PROJECT_ID: 'demo', PATH: this.holds.searchPath };
  #services: ComputeServices | null = null;

  async open(): Promise<void> {
    await prepareServers(this.home, this.env);
    await this.holds.open();
    this.#services = await openServersOf(this.home);
  }

  async close(): Promise<void> {
    await this.#services?.close();
    await this.holds.close();
    await this.home.remove();
  }

  /** Makes a server that runs; gives its uuid. */
  make = (name: string): Promise<string> => madeServer(this.home, this.#services!, name);

  start(what: What, name: string, more: string[] = []): Running {
    const create = ['--flavor', 'small', '--image', 'tiny', '-f', 'json'];
    const args = ['server', what, ...(what === 'create' ? create : []), name, ...more];
    return this.home.start(args, { env: this.env });
  }

  /** Starts the command and waits until its server is held up there; `key` is what the point knows the server by. */
  async startHeld(what: What, name: string, point: Point, key = name): Promise<Running> {
    await this.holds.hold(point, key);
    const running = this.start(what, name);
    await Promise.race([this.holds.reached(point, key), failing(running)]);
    return running;
  }

  rowsOf(name: string, database = 'nova_cell1'): Promise<Row[]> {
    return this.home.query<Row>(
      `select uuid, vm_state, task_state, deleted from instances where display_name = '${name}'`,
      database,
    );
  }

  /** Resolves when the server is active or deleted, and nothing is under way with it. */
  final(name: string): Promise<void> {
    return until(async () => {
      const [row] = await this.rowsOf(name);
      return row !== undefined && row.task_state === null && ['active', 'deleted'].includes(row.vm_state);
    });
  }
}

/** A command that ends before it was held up has failed. */
async function failing({ outcome }: Running): Promise<never> {
  throw new Error((await outcome).stderr);
}
