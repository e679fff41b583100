import path from 'node:path';
import { type IPty, spawn } from '@lydell/node-pty';
import { until } from './cli.ts';

/** Runs a keyward command on a terminal of its own, as an operator sees it. */
export class TestTerminal {
  readonly #pty: IPty;
  #shown = '';
  readonly exited: Promise<number>;

  constructor(
    homeDir: string,
    args: string[],
    {
      env = {},
      columns = 80,
      stdoutTo,
    }: { env?: NodeJS.ProcessEnv; columns?: number; stdoutTo?: string } = {},
  ) {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(OS_|TEMPORAL_|KEYWARD_|NODE_OPTIONS|CI$)/.test(name),
    );
    const redirected = stdoutTo ? ['-c', `exec "$0" "$@" > '${stdoutTo}'`] : ['-c', 'exec "$0" "$@"'];
    const command = [process.execPath, path.resolve('bin/run.js'), ...args];
    this.#pty = spawn('/bin/sh', [...redirected, ...command], {
      cols: columns,
      rows: 24,
      env: {
        ...Object.fromEntries(inherited),
        KEYWARD_HOME: homeDir,
        TERM: 'xterm-256color',
        ...env,
      } as Record<string, string>,
    });
    this.#pty.onData((data) => (this.#shown += data));
    this.exited = new Promise((resolve) => this.#pty.onExit(({ exitCode }) => resolve(exitCode)));
  }

  /** Gives everything that came to the screen, control sequences included. */
  get shown(): string {
    return this.#shown;
  }

  waitFor(text: string): Promise<void> {
    return until(() => this.#shown.includes(text));
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }
}

export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';
