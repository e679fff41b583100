import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';

const SCRIPT = path.join(import.meta.dirname, 'attacker-process.ts');

/** Somebody without the key sees this of a payload. */
export type Sealed = { encoding: string; data: string };
export type History = {
  queue: string;
  input: Sealed[];
  steps: Sealed[][];
  stepInputs: Sealed[][];
  result: Sealed[];
  tasksDone: number[];
};
type Start = { id: string; type: string; queue: string; input: Sealed[] };

/** Somebody with a Temporal client of their own, and without keyward's payload key. */
export class Attacker {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #waiting: ((line: string) => void)[] = [];
  readonly #ended: Promise<never>;

  /** With `uid` it runs as that account, which only root can do. */
  constructor(address: string, uid?: number) {
    const args = ['--no-warnings', SCRIPT, address, ...(uid === undefined ? [] : [String(uid)])];
    this.#process = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'] },
    });
    this.#lines = createInterface({ input: this.#process.stdout! });
    this.#lines.on('line', (line) => this.#waiting.shift()!(line));
    this.#ended = once(this.#process, 'exit').then(() => {
      throw new Error('the attacker has ended');
    });
    this.#ended.catch(() => {});
  }

  read(id: string): Promise<History> {
    return this.#do<History>('read', { id });
  }

  start(run: Start): Promise<void> {
    return this.#do('start', run);
  }

  signalWithStart(run: Start): Promise<void> {
    return this.#do('signalWithStart', run);
  }

  /** Tells how the run ended: `Completed`, `Failed`, `Terminated` … */
  ended(id: string): Promise<string> {
    return this.#do<string>('ended', { id });
  }

  do(act: 'delete' | 'complete' | 'fail' | 'signal' | 'update' | 'terminate' | 'reset', given: object) {
    return this.#do(act, given);
  }

  close(): void {
    this.#process.stdin!.end();
  }

  #do<T = void>(act: string, given: object): Promise<T> {
    const answered = new Promise<T>((resolve, reject) => {
      this.#waiting.push((line) => {
        const { result, error } = JSON.parse(line) as { result: T; error?: string };
        if (error === undefined) resolve(result);
        else reject(new Error(error));
      });
      this.#process.stdin!.write(`${JSON.stringify({ act, ...given })}\n`);
    });
    return Promise.race([answered, this.#ended]);
  }
}
