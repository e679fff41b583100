import { execFile, type ExecFileOptions } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program that ends with this process: a command that was interrupted leaves nothing at work behind it. */
export async function runProgram(command: string, args: string[], options: ExecFileOptions): Promise<void> {
  const running = run(command, args, options);
  const end = () => running.child.kill();
  process.once('exit', end);
  try {
    await running;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path.isAbsolute(command)) throw error;
    throw new Error(`there is no \`${command}\` on PATH`, { cause: error });
  } finally {
    process.off('exit', end);
  }
}
