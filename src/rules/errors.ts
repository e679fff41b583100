/** The exit codes of every command but `status upgrade check`, whose 0, 1 and 2 are its results. */
export const ExitCode = {
  done: 0,
  refused: 1,
  wouldChange: 2,
  contractNeeded: 4,
  usage: 64,
  unavailable: 69,
  outputFailed: 74,
  stillRunning: 75,
  interrupted: 130,
  terminated: 143,
  bug: 255,
} as const;

type Remedied = { cure: string; exitCode?: number };

/**
 * Something an operator can mend. `message` says what is wrong and `cure` what to do; neither may hold a secret.
 * `name` identifies the kind across a Temporal failure, where the class does not survive.
 */
export class RuleError extends Error {
  readonly cure: string;
  readonly exitCode: number;

  constructor(name: string, message: string, { cure, exitCode = ExitCode.refused }: Remedied) {
    super(message);
    this.name = name;
    this.cure = cure;
    this.exitCode = exitCode;
  }
}

/** What was typed can't be meant: unknown, contradictory or out of bounds. Nothing has been started or written. */
export class UsageError extends RuleError {
  constructor(message: string, cure: string) {
    super('UsageError', message, { cure, exitCode: ExitCode.usage });
  }
}

/** The database, Temporal or a part of the engine can't be reached or used. */
export class Unavailable extends RuleError {
  constructor(name: string, message: string, cure: string) {
    super(name, message, { cure, exitCode: ExitCode.unavailable });
  }
}

/** Something that may pass by itself (a lost connection, a deadlock): an activity that throws it is retried. */
export class Transient extends Unavailable {}
