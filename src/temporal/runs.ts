import { ExitCode, RuleError } from '../rules/errors.ts';
import type { OnRunEvent } from '../rules/run-event.ts';
import type { Asked } from '../rules/run-request.ts';
import type { Target } from '../rules/target.ts';
import type * as Workflows from '../workflows/index.ts';
import { assertTaken } from './no-wait.ts';
import { PatientCalls, type TemporalDoor } from './patient-calls.ts';
import { asRuleError, refuseUnknown } from './run-failure.ts';
import { followHistory, nothingSeen } from './run-history.ts';
import { type OnConflict, startRun } from './run-start.ts';
import { StepWatch } from './step-watch.ts';
import { WorkerOffer } from './worker-offer.ts';

/** What keeps a run going while a command waits for it; the engine implements it. */
export type RunKeeper = TemporalDoor & {
  /** Whether nothing else sees to it that the run has a worker. */
  readonly mayOfferWorker: boolean;
  /** Hosts a worker here. */
  offerWorker(): Promise<void>;
};

/** The default export stands for workflows that a build does not have, and can't be asked for. */
type Workflow = Exclude<keyof typeof Workflows, 'default'>;
/** A workflow's input without what is added to every one. */
type Request<W extends Workflow> = Omit<Parameters<(typeof Workflows)[W]>[0], 'workflow' | 'askedAt'>;
type Result<W extends Workflow> = Awaited<ReturnType<(typeof Workflows)[W]>>;

export type RunOptions = {
  workflowId: string;
  onConflict?: OnConflict;
  wait: boolean;
  /** The limit is for the start and the wait together. */
  timeoutSeconds: number | undefined;
  onEvent: OnRunEvent;
};

type FollowOptions = Omit<RunOptions, 'wait' | 'onConflict'>;

/** Starts runs and waits for them, through whatever happens to Temporal and to the workers meanwhile. */
export class Runs {
  readonly target: Target;
  readonly #keeper: RunKeeper;

  constructor(target: Target, keeper: RunKeeper) {
    this.target = target;
    this.#keeper = keeper;
  }

  /** Starts the workflow and gives its result, or (`wait` false) null as soon as a worker has taken it. */
  async run<W extends Workflow>(
    workflow: W,
    request: Request<W>,
    options: RunOptions,
  ): Promise<Result<W> | null> {
    const { workflowId, wait, onConflict = 'join', onEvent } = options;
    const input: Asked = { ...request, workflow, askedAt: new Date().toISOString() };
    return this.#inTime(options, async (calls): Promise<Result<W> | null> => {
      await startRun(calls, { workflowId, target: this.target, input, onConflict });
      onEvent({ kind: 'run-started', workflowId });
      if (wait) return this.#follow<Result<W>>(calls, options);
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
    const steps = new StepWatch(() => this.#keeper.client(), workflowId, calls.tell, ended);
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
