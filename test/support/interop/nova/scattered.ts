import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../home/cli.ts';
import { RealNova } from '../real-nova.ts';
import type { NovaDatabases } from './databases.ts';
import { type Program, RIG } from './process.ts';
import type { NovaProject } from './project.ts';
import { RabbitMq } from './rabbitmq.ts';

/** A Nova whose conductor and compute are processes of their own, on a RabbitMQ, so that each of them can be killed. */
export class ScatteredNova {
  readonly #dir: string;
  readonly #rabbit: RabbitMq;
  readonly #nova: RealNova;
  readonly #programs = new Map<Program, ChildProcess>();

  private constructor(dir: string, rabbit: RabbitMq, nova: RealNova) {
    this.#dir = dir;
    this.#rabbit = rabbit;
    this.#nova = nova;
  }

  /** Makes the databases anew. Always `close` it. */
  static async start(dir: string, databases: NovaDatabases): Promise<ScatteredNova> {
    const rabbit = await RabbitMq.start(path.join(dir, 'rabbitmq'));
    const options = { DEFAULT: { transport_url: rabbit.url } };
    const apart: Program[] = ['nova-conductor', 'nova-compute'];
    const nova = await RealNova.start({ dir, databases, options, apart });
    const scattered = new ScatteredNova(dir, rabbit, nova);
    for (const program of apart) scattered.begin(program);
    await scattered.#mapHost();
    return scattered;
  }

  project(): NovaProject {
    return this.#nova.project();
  }

  /** Starts a program, and does not wait until it is ready: the bus keeps what it is asked. */
  begin(program: Program): void {
    const log = openSync(path.join(this.#dir, `${program}.log`), 'a');
    const python = path.join(this.#nova.tools.bin, 'python');
    const conf = path.join(this.#dir, program === 'nova-compute' ? 'nova-compute.conf' : 'nova.conf');
    const args = ['-P', '-W', 'ignore', '-m', 'rig.program', program, '--config-file', conf];
    const child = spawn(python, args, {
      env: { PATH: process.env['PATH'], HOME: this.#dir, PYTHONPATH: RIG },
      cwd: this.#dir,
      stdio: ['pipe', log, log],
      // It leads a group, in which its workers are.
      detached: true,
    });
    closeSync(log);
    this.#programs.set(program, child);
  }

  /** Ends a program at once with all that it was doing. */
  async kill(program: Program): Promise<void> {
    const child = this.#programs.get(program)!;
    const ended = once(child, 'exit');
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
    this.#programs.delete(program);
  }

  async close(): Promise<void> {
    for (const program of this.#programs.keys()) await this.kill(program);
    await this.#nova.close();
    await this.#rabbit.close();
  }

  /** Waits until nova-compute has told Placement what it has, and maps its host. */
  async #mapHost(): Promise<void> {
    const headers = { 'x-auth-token': 'admin', 'openstack-api-version': 'placement 1.36' };
    const url = `${this.#nova.at.beside}/placement/resource_providers?resources=VCPU:1`;
    await until(async () => {
      const answer = (await (await fetch(url, { headers })).json()) as { resource_providers: object[] };
      return answer.resource_providers.length > 0;
    });
    const { code, stderr } = await this.#nova.tools.manage('cell_v2', 'discover_hosts');
    if (code !== 0) throw new Error(stderr);
  }
}
