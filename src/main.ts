import { openSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import { cacheCompiledCode } from './config/compile-cache.ts';
import { settleUserFolders } from './config/user-folders.ts';
import { renderError } from './cli/output/render-error.ts';
import { unknownCommand } from './cli/output/unknown-command.ts';
import { usageErrorOf } from './cli/output/usage-errors.ts';
import { ExitCode } from './rules/errors.ts';

/** Starts the process: compiled code is cached per user, and oclif runs the command that was typed. */
export async function main(binUrl: string): Promise<void> {
  process.umask(0o077);
  holdBuild();
  settleUserFolders(process.env);
  cacheCompiledCode(path.dirname(path.dirname(fileURLToPath(binUrl))), process.env);
  // oclif would load all of semver to compare a version that `run.js` has compared.
  process.env['OCLIF_DISABLE_ENGINE_WARNING'] ??= '1';
  // Most of what a command makes is garbage at once; V8 would let up to 128 MiB of it pile up before it looks.
  v8.setFlagsFromString('--semi-space-growth-factor=1');
  process.on('uncaughtException', crash);
  // A reader of stdout may have seen enough (`| head`), which ends the command; nobody reading stderr changes nothing.
  process.stdout.on('error', endOutput);
  process.stderr.on('error', () => {});
  const { Config, Errors, run } = await import('@oclif/core');
  // Node ends a process that waits for what never comes with 0, which would look like success.
  process.once('beforeExit', endedTooSoon);
  try {
    await run(process.argv.slice(2), binUrl);
    process.off('beforeExit', endedTooSoon);
    // What a worker of this process left behind would keep it alive, so it is ended; an error ends it by its event.
    process.stdout.write('', () => process.stdout.errored ?? process.exit());
  } catch (caught) {
    process.off('beforeExit', endedTooSoon);
    const error = caught as Error & { code?: string; oclif?: { exit?: number } };
    const [, command] = /^command (.*) not found\.?$/i.exec(error.message) ?? [];
    if (command !== undefined) {
      const { commandIDs } = await Config.load(fileURLToPath(binUrl));
      refuse(unknownCommand(command.split(/[ :]/), commandIDs));
    }
    // oclif makes a CLIError also of a command whose module can't be loaded, which is a bug.
    if (!error.oclif || error.code === 'MODULE_NOT_FOUND') crash(error);
    if (error.code === 'EEXIT') return void (await Errors.handle(error));
    // This is the error of a plugin's command; our own commands tell theirs themselves.
    refuse(usageErrorOf(error, {}));
  }
}

/** Keeps a file of this build open: a later build in the same place leaves one alone that somebody still runs. */
function holdBuild(): void {
  openSync(new URL('build-id.txt', import.meta.url), 'r');
}

/** Ends with 255; Node and oclif would end with 1, which is what an upgrade check that warns ends with. */
function crash(error: Error): never {
  process.stderr.write(`${renderError(error)}\n`);
  process.exit(ExitCode.bug);
}

function refuse(error: Error): never {
  process.stderr.write(`${renderError(error)}\n`);
  process.exit(ExitCode.usage);
}

function endOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(
    `Error: the result could not be written: ${error.message}. What the command changed stays changed: see \`keyward audit list\`.\n`,
  );
  process.exit(ExitCode.outputFailed);
}

function endedTooSoon(): void {
  process.stderr.write('Error: a bug in keyward: the command ended before it was done.\n');
  process.exit(ExitCode.bug);
}
