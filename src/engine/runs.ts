import { setTimeout as after } from 'node:timers/promises';
import { type Client, isGrpcServiceError, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { ExitCode, RuleError, Unavailable } from '../rules/errors.ts';
import type { OnRunEvent } from '../rules/run-event.ts';
import type { Asked, RunInput } from '../rules/run-request.ts';
import { taskQueue, type Target } from '../rules/target.ts';
import { asRuleError, refuseUnknown, rootOf } from './run-failure.ts';
import { followHistory, nothingSeen } from './run-history.ts';
import { offerWorkerWhenWaiting } from './worker-offer.ts';

const UNAVAILABLE = 14;
const WORKER_PATIENCE_MS = 2000;

/** What keeps a run going while a command waits for it; the engine implements it. */
export type RunKeeper = {
  /** A client on a Temporal that answers, restarted if it was ours and had died. */
  client(afresh: boolean): Promise<Client>;
  /** Whether nothing else sees to it that the run has a worker. */
  readonly mayOfferWorker: boolean;
  /** Hosts a worker here. */
  offerWorker(): Promise<void>;
};

export type RunOptions = {
  workflowId: string;
  wait: boolean;
  timeoutSeconds: number | undefined;
  onEvent: OnRunEvent;
};

/** Starts runs and waits for them. A start is idempotent by its workflow id, so it may be repeated after a lost answer. */
export class Runs {
  readonly target: Target;
  readonly #keeper: RunKeeper;

  constructor(target: Target, keeper: RunKeeper) {
    this.target = target;
    this.#keeper = keeper;
  }

  /** Starts the workflow and gives its result, or (`wait` false) null as soon as a worker has taken it. */
  async run<T>(workflow: string, input: RunInput, options: RunOptions): Promise<T | null> {
    const asked: Asked = { ...input, workflow, askedAt: new Date().toISOString() };
    await this.#start(workflow, asked, options.workflowId);
    options.onEvent({ kind: 'run-started', workflowId: options.workflowId });
    if (options.wait) return this.follow<T>(options);
    await this.#assertTaken(options.workflowId);
    return null;
  }

  /** Waits for the run to end and gives its result; a failure comes back as the RuleError that caused it. */
  async follow<T>({ workflowId, timeoutSeconds, onEvent }: Omit<RunOptions, 'wait'>): Promise<T> {
    const watched = this.#watch(workflowId, onEvent).catch((error: unknown) =>
      refuseUnknown(error, workflowId),
    );
    if (timeoutSeconds === undefined) await watched;
    else await Promise.race([watched, this.#deadline(workflowId, timeoutSeconds)]);
    return this.#surviving((client) => client.workflow.getHandle(workflowId).result() as Promise<T>).catch(
      (error: unknown) => {
        throw asRuleError(error, workflowId);
      },
    );
  }

  async #start(workflow: string, input: Asked, workflowId: string): Promise<void> {
    await this.#surviving(async (client) => {
      const options = {
        workflowId,
        taskQueue: taskQueue(this.target),
        args: [input],
        workflowTaskTimeout: '5s',
      } as const;
      await client.workflow
        .start(workflow, {
          ...options,
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        })
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        });
    });
  }

  async #watch(workflowId: string, onEvent: OnRunEvent): Promise<void> {
    const seen = nothingSeen();
    const over = new AbortController();
    const offer = offerWorkerWhenWaiting(this.#keeper, workflowId, over.signal);
    const tell: OnRunEvent = (event) => {
      onEvent(event);
      offer.onEvent(event);
    };
    const ended = this.#surviving((client) => followHistory(client, workflowId, seen, tell));
    await Promise.all([ended.finally(() => over.abort()), offer.offered]);
  }

  /** With `--no-wait` nobody stays to host a worker, so a run that none has taken is ended again. */
  async #assertTaken(workflowId: string): Promise<void> {
    const taken = Promise.withResolvers<boolean>();
    const client = await this.#keeper.client(false);
    followHistory(
      client,
      workflowId,
      nothingSeen(),
      ({ kind }) => kind === 'worker-took-it' && taken.resolve(true),
    ).catch(taken.reject);
    if (await Promise.race([taken.promise, after(WORKER_PATIENCE_MS, false)])) return;
    await client.workflow.getHandle(workflowId).terminate('no worker took the run started with --no-wait');
    throw new Unavailable(
      'NoWorker',
      `No worker serves ${taskQueue(this.target)}; nothing was changed.`,
      'Start one with `keyward worker start`, or leave out --no-wait.',
    );
  }

  async #deadline(workflowId: string, seconds: number): Promise<never> {
    await after(seconds * 1000, undefined, { ref: false });
    throw new RuleError('StillRunning', `The run ${workflowId} is still running after ${seconds} s.`, {
      cure: `Wait for it with \`keyward workflow follow ${workflowId}\`.`,
      exitCode: ExitCode.notKnown,
    });
  }

  /** Repeats a call whose Temporal went away, on a Temporal that answers again. */
  async #surviving<T>(call: (client: Client) => Promise<T>): Promise<T> {
    let client = await this.#keeper.client(false);
    for (;;) {
      try {
        return await call(client);
      } catch (error) {
        const root = rootOf(error);
        if (!isGrpcServiceError(root) || root.code !== UNAVAILABLE) throw error;
        client = await this.#keeper.client(true);
      }
    }
  }
}
