import { Command, Errors, type Interfaces } from '@oclif/core';
import { ExitCode, RuleError } from '../rules/errors.ts';
import { printable } from '../rules/printable.ts';
import type { Output } from './output/outputs.ts';
import { renderError } from './output/render-error.ts';
import { assertMeant, type Typed, usageErrorOf } from './output/usage-errors.ts';

/**
 * What every command shares: errors are one paragraph on stderr that ends with the cure, and every way out has its
 * documented exit code (`ExitCode`).
 */
export abstract class BaseCommand extends Command {
  /** What the command prints in the formats of -f; undefined where it has no -f. */
  static output: Output | undefined = undefined;
  /** The exit codes of a command that did what it was asked to do. */
  static results: readonly number[] = [ExitCode.done];
  /** The exit codes that its errors may have; an error with any other one ends as a bug does. */
  static errors: readonly number[] = [
    ExitCode.refused,
    ExitCode.usage,
    ExitCode.unavailable,
    ExitCode.notKnown,
    ExitCode.interrupted,
  ];

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
    this.tellError(renderError(error));
    return this.exit(this.#exitCodeOf(error));
  }

  /** Lets the command end with the code of a result, once it has printed what it has to print. */
  protected endWith(code: number): void {
    if (!this.#contract.results.includes(code)) throw new Error(`${code} is no exit code of ${this.id}`);
    process.exitCode = code;
  }

  #exitCodeOf(error: Error): number {
    const code = error instanceof RuleError ? error.exitCode : ExitCode.bug;
    return this.#contract.errors.includes(code) ? code : ExitCode.bug;
  }

  get #contract(): Pick<typeof BaseCommand, 'results' | 'errors'> {
    return this.constructor as typeof BaseCommand;
  }

  get #typed(): Typed {
    const { args, flags, strict } = this.ctor;
    return { id: this.id, args, flags, strict };
  }
}
