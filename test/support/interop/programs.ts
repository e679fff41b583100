import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const runFile = promisify(execFile);
const inPython = (name: string): string => path.resolve('test/support/interop', name);

/** The programs of one service can be forked of one process; openstackclient goes with each of them. */
export type Service = 'keystone' | 'nova';
export type ProgramName = `${Service}-manage` | `${Service}-status` | 'nova-objects' | 'openstack';
export type Outcome = { code: number; stdout: string; stderr: string };

/** How OpenStack's own programs are run; keystone-status is given the folder of Keystone's keys before its arguments. */
export type Programs = {
  run(program: ProgramName, args: string[], env: NodeJS.ProcessEnv): Promise<Outcome>;
  close(): void;
};

/** One at a time, as forks of a Python that has imported them: a test is about what they do, not about their start. */
export class ForkedPrograms implements Programs {
  readonly #dir = mkdtempSync(path.join(tmpdir(), 'keyward-programs-'));
  readonly #python: ChildProcess;
  readonly #answers: NodeJS.EventEmitter;
  readonly #death: Promise<never>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(bin: string, service: Service) {
    this.#python = spawn(path.join(bin, 'python'), ['-W', 'ignore', inPython('programs.py'), service], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#answers = createInterface(this.#python.stdout!);
    this.#death = once(this.#python, 'exit').then(() => {
      throw new Error("the Python that runs OpenStack's programs has ended");
    });
    this.#death.catch(() => {});
  }

  run(program: ProgramName, args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
    const outcome = this.#last.then(() => this.#ask(program, args, env));
    this.#last = outcome.catch(() => {});
    return outcome;
  }

  close(): void {
    this.#python.kill('SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #ask(program: ProgramName, args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
    const out = path.join(this.#dir, 'out');
    this.#python.stdin!.write(`${JSON.stringify({ program, args, env, out })}\n`);
    const [code] = (await Promise.race([once(this.#answers, 'line'), this.#death])) as [string];
    const [stdout, stderr] = ['stdout', 'stderr'].map((name) => readFileSync(`${out}.${name}`, 'utf8'));
    return { code: Number(code), stdout: stdout!, stderr: stderr! };
  }
}

/** Each in a process of its own, as an operator starts it. */
export class StartedPrograms implements Programs {
  readonly #bin: string;

  constructor(bin: string) {
    this.#bin = bin;
  }

  async run(program: ProgramName, args: string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
    const [command, ...before] =
      program === 'keystone-status' ? ['python', inPython('keystone_status.py')] : [program];
    try {
      const options = { maxBuffer: 64 << 20, env };
      return { code: 0, ...(await runFile(path.join(this.#bin, command!), [...before, ...args], options)) };
    } catch (error) {
      const { code, stdout, stderr } = error as Outcome;
      return { code, stdout, stderr };
    }
  }

  close(): void {}
}
