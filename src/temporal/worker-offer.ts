import type { Client } from '@temporalio/client';
import { ExitCode, RuleError } from '../rules/errors.ts';
import type { RunEvent } from '../rules/run-event.ts';
import { millisecondsOf } from './protocol-time.ts';
import type { RunKeeper } from './runs.ts';

const PATIENCE_MS = 2000;
const PAUSE_MS = 10_000;
const SCHEDULED = 1;

type Task = { id: string; attemptMs: number; queue: string };

/**
 * Offers a worker when a task of the run waits for one, or tells what it waits for where this command may host none. The
 * history tells when a task is scheduled and when it is over, not always that somebody works on it: hence one look when
 * the patience with the task ends, and the next one only when the server itself has given up the attempt, since its worker
 * may have died, or when the task still waits. Temporal lists dead workers for minutes, so that it can't be asked for live
 * ones.
 */
export class WorkerOffer {
  /** Settles when the run is over; rejects if its task waits, and no worker can be hosted here. */
  readonly settled: Promise<void>;
  readonly #keeper: RunKeeper;
  readonly #workflowId: string;
  readonly #tell: (what: string) => void;
  readonly #over: AbortSignal;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #end = Promise.withResolvers<void>();

  constructor(keeper: RunKeeper, workflowId: string, tell: (what: string) => void, over: AbortSignal) {
    this.#keeper = keeper;
    this.#workflowId = workflowId;
    this.#tell = tell;
    this.#over = over;
    this.settled = this.#end.promise;
    over.addEventListener('abort', () => {
      for (const id of this.#timers.keys()) this.#forget(id);
      this.#end.resolve();
    });
  }

  onEvent = (event: RunEvent): void => {
    if (event.kind === 'task-scheduled') {
      const { task: id, attemptMs, queue } = event;
      this.#lookIn(PATIENCE_MS, { id, attemptMs, queue });
    }
    if (event.kind === 'task-over') this.#forget(event.task);
  };

  #forget(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  #lookIn(ms: number, task: Task): void {
    this.#forget(task.id);
    if (this.#over.aborted) return;
    const look = () => this.#look(task).catch(this.#end.reject);
    this.#timers.set(task.id, setTimeout(look, ms).unref());
  }

  async #look(task: Task): Promise<void> {
    const isOver = () => !this.#timers.has(task.id);
    const held = await this.#heldUntil(task).catch(() => Infinity);
    if (isOver()) return;
    if (held === null) {
      await this.#help(task);
      if (!isOver()) this.#lookIn(PAUSE_MS, task);
      return;
    }
    // Two clocks may differ; the server's deadline is never further away than an attempt is long.
    const left = Math.min(Math.max(held - Date.now(), 0), task.attemptMs);
    this.#lookIn(left + PATIENCE_MS, task);
  }

  async #help({ queue }: Task): Promise<void> {
    if (!this.#keeper.mayOfferWorker) return this.#tell(`a worker that serves ${queue}`);
    try {
      await this.#keeper.offerWorker();
    } catch (error) {
      throw error instanceof RuleError ? this.#isStuck(error, queue) : error;
    }
  }

  #isStuck({ message, cure }: RuleError, queue: string): RuleError {
    const id = this.#workflowId;
    const waits = `The run ${id} waits for a worker that serves ${queue}, and this command can't be one.`;
    return new RuleError('RunWaits', `${waits} ${message}`, {
      cure: `${cure} Then \`keyward workflow follow ${id}\` takes it up again.`,
      exitCode: ExitCode.notKnown,
    });
  }

  async #heldUntil(task: Task): Promise<number | null> {
    return heldUntil(await this.#keeper.client(), this.#workflowId, task);
  }
}

/**
 * Gives when the server gives up the task's attempt or begins another one; null where it could be started now and is
 * not.
 */
async function heldUntil(
  client: Client,
  workflowId: string,
  { id, attemptMs }: Task,
): Promise<number | null> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const next = raw.pendingWorkflowTask;
  const step = raw.pendingActivities?.find(({ activityId }) => activityId === id);
  const { state, from, again } =
    id === 'workflow'
      ? { state: next?.state, from: next?.startedTime, again: null }
      : { state: step?.state, from: step?.lastStartedTime, again: step?.nextAttemptScheduleTime };
  if (state === SCHEDULED) return again ? millisecondsOf(again) : null;
  return from ? millisecondsOf(from) + attemptMs : Infinity;
}
