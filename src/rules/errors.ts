/** All commands share these exit codes, but for `status upgrade check`, whose 0, 1 and 2 are its results. */
export const ExitCode = {
  done: 0,
  refused: 1,
  wouldChange: 2,
  contractNeeded: 4,
  usage: 64,
  unavailable: 69,
  outputFailed: 74,
  /** The run goes on after `--timeout`, or an answer was lost: the message names the command that tells. */
  notKnown: 75,
  interrupted: 130,
  terminated: 143,
  bug: 255,
} as const;

/**
 * Says what a failure has left behind: nothing was changed, something was (the message says what), or nobody knows (the
 * cure names the command that tells). It is null for what was no attempt to change anything.
 */
export type Outcome = 'unchanged' | 'changed' | 'unknown';

type Remedied = { cure: string; exitCode?: number; outcome?: Outcome | null };

/**
 * An error that an operator can mend. `message` says what is wrong and `cure` what to do; neither may hold a secret.
 * `name` identifies the kind when the error has passed through Temporal, where the class is lost.
 */
export class RuleError extends Error {
  readonly cure: string;
  readonly exitCode: number;
  readonly outcome: Outcome | null;

  constructor(name: string, message: string, { cure, exitCode, outcome = null }: Remedied) {
    super(message);
    this.name = name;
    this.cure = cure;
    this.exitCode = exitCode ?? (outcome === 'unknown' ? ExitCode.notKnown : ExitCode.refused);
    this.outcome = outcome;
  }

  /** Adds what the error has left behind, once that is known; an error that says so itself is left as it is. */
  leaving(outcome: Outcome): this {
    if (this.outcome !== null) return this;
    const exitCode = outcome === 'unknown' ? ExitCode.notKnown : this.exitCode;
    return Object.assign(this, { outcome, exitCode });
  }
}

/** Tells that a run has ended badly, and how. */
export class RunError extends RuleError {}

/** Refuses what was typed: it is unknown, contradictory or out of bounds. Nothing has been started or written. */
export class UsageError extends RuleError {
  constructor(message: string, cure: string) {
    super('UsageError', message, { cure, exitCode: ExitCode.usage });
  }
}

/** Tells that the database, Temporal or a local part can't be reached or used. */
export class Unavailable extends RuleError {
  constructor(name: string, message: string, cure: string, outcome: Outcome | null = null) {
    super(name, message, { cure, outcome, ...(outcome !== 'unknown' && { exitCode: ExitCode.unavailable }) });
  }
}

/** Tells of what may pass by itself (a lost connection, a deadlock), so an activity that throws it is retried. */
export class Transient extends Unavailable {}
