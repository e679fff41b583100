import { mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { ExitCode } from './rules/errors.ts';

/** The process's entry: compiled code is cached per user, and oclif runs the command that was typed. */
export async function main(binUrl: string): Promise<void> {
  process.umask(0o077);
  module.enableCompileCache(compileCacheDir());
  // Whoever reads our output may have seen enough (`| head`).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitCode.done);
  });
  const { Errors, flush, run } = await import('@oclif/core');
  // Node ends a process that waits for what never comes, and calls that success.
  process.once('beforeExit', endedTooSoon);
  try {
    await run(process.argv.slice(2), binUrl);
    await flush();
    process.off('beforeExit', endedTooSoon);
  } catch (caught) {
    process.off('beforeExit', endedTooSoon);
    const error = caught as Error;
    const [, command] = /^command (\S+) not found$/.exec(error.message) ?? [];
    if (!command) return void (await Errors.handle(error));
    const typed = command.replaceAll(':', ' ');
    process.stderr.write(`Error: There is no command '${typed}'. \`keyward help\` lists the commands.\n`);
    process.exit(ExitCode.usage);
  }
}

function endedTooSoon(): void {
  process.stderr.write('Error: a bug in keyward: the command ended before it was done.\n');
  process.exit(ExitCode.bug);
}

/** Never a shared folder such as /tmp: who can write there could plant code. */
function compileCacheDir(): string {
  const dir = path.join(
    process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'),
    'keyward',
    'compile-cache',
  );
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch {
    // Without a cache folder everything works, only slower.
  }
  return dir;
}
