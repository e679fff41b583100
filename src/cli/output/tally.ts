import { ExitCode, RuleError } from '../../rules/errors.ts';

/** What became of each of several that a command was to change; the errors themselves are told as they come. */
export class Tally {
  readonly #kind: string;
  readonly #done: string;
  readonly #names: string[];
  readonly #finished: string[] = [];
  readonly #failed: [name: string, error: Error][] = [];

  /** `done`: the participle of what is done to them, as in "2 of 3 roles could not be deleted". */
  constructor(kind: string, done: string, names: string[]) {
    this.#kind = kind;
    this.#done = done;
    this.#names = names;
  }

  count(name: string): void {
    this.#finished.push(name);
  }

  fail(name: string, error: Error): void {
    this.#failed.push([name, error]);
  }

  /** Throws a summary unless all are done. The exit code is that of the worst failure: one that ended it is the last. */
  assertAllDone(): void {
    if (this.#failed.length === 0) return;
    const last = this.#failed.at(-1)![1];
    const exitCode = last instanceof RuleError ? last.exitCode : ExitCode.bug;
    const unknown = this.#failed.filter(([, error]) => isUnknown(error)).map(([name]) => name);
    const untried = this.#names.slice(this.#finished.length + this.#failed.length);
    const failed = this.#failed.length - unknown.length;
    const sentences = [
      failed > 0 && `${failed} of ${this.#names.length} ${this.#kind}s could not be ${this.#done}.`,
      unknown.length > 0 && `It is not known whether this one was ${this.#done}: ${unknown.join(', ')}.`,
      untried.length > 0 && `Not tried: ${untried.join(', ')}.`,
      this.#finished.length > 0 && `These were ${this.#done}: ${this.#finished.join(', ')}.`,
    ];
    const outcome = this.#finished.length > 0 || unknown.length > 0 ? 'changed' : 'unchanged';
    throw new RuleError('SomeFailed', sentences.filter(Boolean).join(' '), { cure: '', exitCode, outcome });
  }
}

/** A bug may have struck anywhere. */
const isUnknown = (error: Error): boolean => !(error instanceof RuleError) || error.outcome === 'unknown';
