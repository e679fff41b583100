import { Command, Errors } from '@oclif/core';
import { ExitCode, RuleError } from '../rules/errors.ts';
import { printable } from './printable.ts';
import { renderError } from './render-error.ts';

/**
 * What every command shares: errors are one paragraph on stderr that ends with the cure, and every way out has its
 * documented exit code (`ExitCode`).
 */
export abstract class BaseCommand extends Command {
  /** The exit code of an error that is not the operator's to mend. */
  protected bugExitCode: number = ExitCode.bug;

  /** Progress and warnings: stderr, so that stdout holds the result alone. */
  protected announce = (line: string): void => {
    process.stderr.write(`${printable(line)}\n`);
  };

  /** A rendered error, the last thing that a command says. */
  protected tellError = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };

  protected override async catch(error: Error & { oclif?: { exit?: number } }): Promise<never> {
    if (error instanceof Errors.ExitError) throw error;
    const exitCode = this.exitCodeOf(error);
    this.tellError(renderError(error, exitCode === ExitCode.bug));
    return this.exit(exitCode);
  }

  protected exitCodeOf(error: Error & { oclif?: { exit?: number } }): number {
    if (error instanceof RuleError) return error.exitCode;
    // What oclif throws itself is about what was typed.
    if (error instanceof Errors.CLIError) return ExitCode.usage;
    return this.bugExitCode;
  }
}
