import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { ensureVenv } from './venv.ts';

/** What Nova's check says, or the Python exception that it ends with. */
export type Verdict = { code: number; details: string | null } | { crash: string };
export type Verdicts = Record<'placement' | 'cinder', Verdict>;

/** Nova's own checks of Placement and Cinder, for any `nova.conf`. */
export class NovaApiChecks {
  readonly #python: ChildProcess;
  readonly #lines: Interface;
  readonly #death: Promise<never>;

  private constructor(python: ChildProcess) {
    this.#python = python;
    this.#lines = createInterface(python.stdout!);
    this.#death = once(python, 'exit').then(() => {
      throw new Error("the Python that makes Nova's checks has ended");
    });
    this.#death.catch(() => {});
  }

  static async start(): Promise<NovaApiChecks> {
    const script = path.resolve('test/support/interop/nova_apis.py');
    const python = path.join(await ensureVenv(), 'bin/python');
    return new NovaApiChecks(spawn(python, ['-W', 'ignore', script], { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /** Judges one at a time. */
  async judge(conf: string): Promise<Verdicts> {
    const answer = once(this.#lines, 'line') as Promise<[string]>;
    this.#python.stdin!.write(`${conf}\n`);
    const [line] = await Promise.race([answer, this.#death]);
    return JSON.parse(line) as Verdicts;
  }

  close(): void {
    this.#python.kill('SIGKILL');
  }
}
