import { ExitCode, RuleError } from '../rules/errors.ts';
import type { OnRunEvent, RunEvent } from '../rules/run-event.ts';
import { UNREADABLE_TYPE } from '../rules/unreadable-payload.ts';

/** Failures of runs that no worker has begun. */
const NEVER_BEGUN = new Set(['NoWorker', UNREADABLE_TYPE]);

/** Looks on while a run is started and followed, to tell afterwards whether a failed one can have written anything. */
export class RunWatch {
  readonly #writes: string;
  #isHandedOver = false;
  #lastStep: Extract<RunEvent, { step: string }> | null = null;

  /** `writes` names the one step that writes. */
  constructor(writes: string) {
    this.#writes = writes;
  }

  /** Options for starting the run, by which its events are seen here too. */
  watching<T extends { onEvent: OnRunEvent }>(options: T): T {
    this.#isHandedOver = true;
    const onEvent: OnRunEvent = (event) => {
      if ('step' in event) this.#lastStep = event;
      options.onEvent(event);
    };
    return { ...options, onEvent };
  }

  /** Where nobody knows (the run goes on, Temporal is lost, an earlier attempt may have committed), it may have. */
  wroteNothing(error: unknown): boolean {
    if (!this.#isHandedOver) return true;
    if (!(error instanceof RuleError)) return false;
    if (NEVER_BEGUN.has(error.name)) return true;
    if (this.#lastStep?.kind !== 'step-failed') return false;
    const { step, attempt } = this.#lastStep;
    return step !== this.#writes || (attempt === 1 && error.exitCode === ExitCode.refused);
  }
}
