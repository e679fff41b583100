import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolveHome } from '../../../src/config/home.ts';
import { findTemporal } from '../../../src/daemons/temporal-server/binary.ts';
import { namespaceAnswers } from '../../../src/daemons/temporal-server/probe.ts';
import { until } from './cli.ts';
import { freePort } from '../free-port.ts';

/** A Temporal server of a test file's own on a loopback port, in memory: what an operator's cluster is to keyward. */
export class PlainTemporal {
  readonly address: string;
  readonly process: ChildProcess;
  readonly #dir: string;

  private constructor(address: string, child: ChildProcess, dir: string) {
    this.address = address;
    this.process = child;
    this.#dir = dir;
  }

  static async start(): Promise<PlainTemporal> {
    const dir = mkdtempSync(path.join(tmpdir(), 'keyward-temporal-'));
    const home = resolveHome({ ...process.env, KEYWARD_HOME: dir });
    const { command } = await findTemporal(home, () => {});
    const address = `127.0.0.1:${await freePort()}`;
    const [ip, port] = address.split(':');
    const args = ['server', 'start-dev', '--headless', '--log-level=error', `--ip=${ip}`, `--port=${port}`];
    const child = spawn(command, args, { cwd: dir, stdio: 'ignore' });
    const temporal = new PlainTemporal(address, child, dir);
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`temporal ended with ${child.exitCode}`);
      return namespaceAnswers(address);
    });
    return temporal;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGKILL');
      await once(this.process, 'exit');
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
