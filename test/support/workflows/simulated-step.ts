import { ApplicationFailure, defaultPayloadConverter as converter } from '@temporalio/common';
import { tsToMs } from '@temporalio/common/lib/time.js';
import type { coresdk, temporal } from '@temporalio/proto';
import { failureConverter } from '../../../src/workflows/failure-converter.ts';

type Failure = temporal.api.failure.v1.IFailure;
type Command = coresdk.workflow_commands.IScheduleActivity;
export type Resolution = coresdk.activity_result.IActivityResolution;
/** `at` is in milliseconds since the run began; `cancel` asks the run to stop while this attempt is under way. */
export type Attempt = {
  step: string;
  queue: string;
  attempt: number;
  at: number;
  cancel: () => Promise<void>;
};
/** The fakes are called as a worker calls activities. One that is to take time hangs. */
// oxlint-disable-next-line typescript/no-explicit-any -- inputs and results are each activity's own
export type Fakes = Record<string, (input: any, claim: any, attempt: Attempt) => Promise<unknown>>;

/** A fake throws this so that its attempt never ends. */
export const HANGS = Symbol('hangs');

const WAIT_CANCELLATION_COMPLETED = 1;
/** These are Temporal's numbers for its types of time-outs. */
const TIMEOUTS = { StartToClose: 1, ScheduleToStart: 2, ScheduleToClose: 3 } as const;

/**
 * One scheduled step, as Temporal's server treats it: it retries by the step's policy and cuts off by its deadlines
 * (https://docs.temporal.io/encyclopedia/retry-policies). `due` is when something happens next.
 */
export class SimulatedStep {
  readonly command: Command;
  readonly #scheduled: number;
  #attempt = 1;
  #phase: 'waits' | 'runs' | 'unclaimed';
  #isCancelRequested = false;
  due: number;

  constructor(command: Command, now: number, hasWorker: boolean) {
    this.command = command;
    this.#scheduled = now;
    this.#phase = hasWorker ? 'waits' : 'unclaimed';
    this.due = hasWorker ? now : this.#expiry;
  }

  get #expiry(): number {
    return this.#scheduled + (limit(this.command.scheduleToCloseTimeout) || Infinity);
  }

  /** Makes an attempt, or ends one that hangs, when it is due; gives what comes of it, or null if the step goes on. */
  async happen(
    fakes: Fakes,
    attempted: (made: Omit<Attempt, 'cancel'>) => Attempt,
  ): Promise<() => Resolution | null> {
    const now = this.due;
    if (this.#phase === 'unclaimed') return () => this.#failed(timeout('ScheduleToStart'));
    if (this.#phase === 'runs') return () => this.#afterDeadline(now);
    this.#phase = 'runs';
    const { activityType: step, taskQueue: queue, arguments: given } = this.command;
    const attempt = attempted({ step: step!, queue: queue!, attempt: this.#attempt, at: now });
    const [input, claim] = given!.map((payload) => converter.fromPayload(payload));
    return fakes[step!]!(input, claim, attempt).then(
      (result) => () => ({ completed: { result: converter.toPayload(result) } }),
      (error: unknown) => () => this.#afterError(error, now),
    );
  }

  /** Asks the step to stop, for the run. The type of cancellation may let an attempt under way end. */
  cancel(): Resolution | null {
    this.#isCancelRequested = true;
    const isWaitedFor = this.command.cancellationType === WAIT_CANCELLATION_COMPLETED;
    if (isWaitedFor && this.#phase === 'runs') return null;
    const message = 'Activity cancelled';
    return { cancelled: { failure: this.#told({ message, canceledFailureInfo: {} }, message) } };
  }

  #afterError(error: unknown, now: number): Resolution | null {
    if (error === HANGS) {
      this.due = Math.min(now + limit(this.command.startToCloseTimeout), this.#expiry);
      return null;
    }
    const failure = failureConverter.errorToFailure(error, converter);
    const isFinal = error instanceof ApplicationFailure && error.nonRetryable;
    return isFinal ? this.#failed(failure) : this.#retried(failure, now);
  }

  #afterDeadline(now: number): Resolution | null {
    if (now === this.#expiry) return this.#failed(timeout('ScheduleToClose'));
    return this.#retried(timeout('StartToClose'), now);
  }

  #retried(failure: Failure, now: number): Resolution | null {
    const { initialInterval, backoffCoefficient, maximumInterval, maximumAttempts } =
      this.command.retryPolicy ?? {};
    const initial = limit(initialInterval) || 1000;
    const longest = limit(maximumInterval) || 100 * initial;
    const pause = Math.min(initial * (backoffCoefficient || 2) ** (this.#attempt - 1), longest);
    const isLast = this.#attempt === (maximumAttempts || Infinity);
    if (isLast || this.#isCancelRequested || now + pause > this.#expiry) return this.#failed(failure);
    this.#phase = 'waits';
    this.#attempt++;
    this.due = now + pause;
    return null;
  }

  #failed(cause: Failure): Resolution {
    return { failed: { failure: this.#told(cause, 'Activity task failed') } };
  }

  #told(cause: Failure, message: string): Failure {
    const { activityType, activityId } = this.command;
    return {
      message,
      cause,
      activityFailureInfo: { activityType: { name: activityType! }, activityId: activityId! },
    };
  }
}

const limit = (duration: Parameters<typeof tsToMs>[0]): number => (duration ? tsToMs(duration) : 0);

const timeout = (name: keyof typeof TIMEOUTS): Failure => ({
  message: `activity ${name} timeout`,
  timeoutFailureInfo: { timeoutType: TIMEOUTS[name] },
});
