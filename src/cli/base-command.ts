import { Command, Errors, type Interfaces } from '@oclif/core';
import { ExitCode, RuleError } from '../rules/errors.ts';
import { printable } from '../rules/printable.ts';
import { renderError } from './output/render-error.ts';
import { assertMeant, type Typed, usageErrorOf } from './output/usage-errors.ts';

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

  protected override async parse<
    F extends Interfaces.OutputFlags<any>,
    B extends Interfaces.OutputFlags<any>,
    A extends Interfaces.OutputArgs<any>,
  >(options?: Interfaces.Input<F, B, A>, argv = this.argv): Promise<Interfaces.ParserOutput<F, B, A>> {
    assertMeant(argv, this.#typed);
    return super.parse(options, argv);
  }

  protected override async catch(caught: Error): Promise<never> {
    if (caught instanceof Errors.ExitError) throw caught;
    // What oclif throws itself is about what was typed.
    const error = caught instanceof Errors.CLIError ? usageErrorOf(caught, this.#typed) : caught;
    const exitCode = this.exitCodeOf(error);
    this.tellError(renderError(error));
    return this.exit(exitCode);
  }

  protected exitCodeOf(error: Error): number {
    return error instanceof RuleError ? error.exitCode : this.bugExitCode;
  }

  get #typed(): Typed {
    const { args, flags, strict } = this.ctor;
    return { id: this.id, args, flags, strict };
  }
}
