import { ExitCode, RuleError } from '../rules/errors.ts';
import type { OnRunEvent } from '../rules/run-event.ts';
import type { Asked, RunInput } from '../rules/run-request.ts';
import type { Target } from '../rules/target.ts';
import { assertTaken } from './no-wait.ts';
import { PatientCalls, type TemporalDoor } from './patient-calls.ts';
import { asRuleError, refuseUnknown } from './run-failure.ts';
import { followHistory, nothingSeen } from './run-history.ts';
import { startRun } from './run-start.ts';
import { StepWatch } from './step-watch.ts';
import { WorkerOffer } from './worker-offer.ts';

/** What keeps a run going while a command waits for it; the engine implements it. */
export type RunKeeper = TemporalDoor & {
  /** Whether nothing else sees to it that the run has a worker. */
  readonly mayOfferWorker: boolean;
  /** Hosts a worker here. */
  offerWorker(): Promise<void>;
};

export type RunOptions = {
  workflowId: string;
  wait: boolean;
  /** For the start and the wait together. */
  timeoutSeconds: number | undefined;
  onEvent: OnRunEvent;
};

type FollowOptions = Omit<RunOptions, 'wait'>;

/** Starts runs and waits for them, through whatever happens to Temporal and to the workers meanwhile. */
export class Runs {
  readonly target: Target;
  readonly #keeper: RunKeeper;

  constructor(target: Target, keeper: RunKeeper) {
    this.target = target;
    this.#keeper = keeper;
  }

  /** Starts the workflow and gives its result, or (`wait` false) null as soon as a worker has taken it. */
  async run<T>(workflow: string, input: RunInput, options: RunOptions): Promise<T | null> {
    const { workflowId, wait, onEvent } = options;
    const asked: Asked = { ...input, workflow, askedAt: new Date().toISOString() };
    return this.#inTime(options, async (calls) => {
      await startRun(calls, { workflowId, target: this.target, input: asked });
      onEvent({ kind: 'run-started', workflowId });
      if (wait) return this.#follow<T>(calls, options);
      await assertTaken(calls, workflowId, this.target);
      return null;
    });
  }

  /** Waits for the run to end and gives its result; a failure comes back as the RuleError that caused it. */
  follow<T>(options: FollowOptions): Promise<T> {
    return this.#inTime(options, (calls) => this.#follow<T>(calls, options));
  }

  /** Errors are told in an operator's words; when the time is over, nothing goes on in the background. */
  async #inTime<T>(
    { workflowId, timeoutSeconds, onEvent }: FollowOptions,
    work: (calls: PatientCalls) => Promise<T>,
  ): Promise<T> {
    const over = new AbortController();
    const late = () => over.abort(stillRunning(workflowId, timeoutSeconds!));
    const timer = timeoutSeconds === undefined ? undefined : setTimeout(late, timeoutSeconds * 1000).unref();
    try {
      return await work(new PatientCalls(this.#keeper, onEvent, over.signal));
    } catch (error) {
      throw this.#keeper.explain(asRuleError(error, workflowId));
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  async #follow<T>(calls: PatientCalls, options: FollowOptions): Promise<T> {
    await this.#watch(calls, options);
    const result = (): Promise<T> =>
      calls.call(
        'to answer',
        (client) => client.workflow.getHandle(options.workflowId).result() as Promise<T>,
        { isLongPoll: true },
      );
    return result();
  }

  async #watch(calls: PatientCalls, { workflowId, onEvent }: FollowOptions): Promise<void> {
    const over = new AbortController();
    const ended = AbortSignal.any([over.signal, calls.signal]);
    const offer = new WorkerOffer(this.#keeper, workflowId, calls.tell, ended);
    const steps = new StepWatch(() => this.#keeper.client(false), workflowId, calls.tell, ended);
    const tell: OnRunEvent = (event) => {
      onEvent(event);
      offer.onEvent(event);
      steps.onEvent(event);
    };
    const seen = followHistory(calls.until(over.signal), workflowId, nothingSeen(), tell);
    try {
      await Promise.race([seen, offer.settled.then(() => seen)]);
    } catch (error) {
      refuseUnknown(error, workflowId);
    } finally {
      over.abort();
    }
  }
}

const stillRunning = (workflowId: string, seconds: number): RuleError =>
  new RuleError('StillRunning', `The run ${workflowId} is still running after ${seconds} s.`, {
    cure: `Wait for it with \`keyward workflow follow ${workflowId}\`.`,
    exitCode: ExitCode.notKnown,
  });
