import type { Client } from '@temporalio/client';
import type { RunEvent } from '../rules/run-event.ts';
import { millisecondsOf } from './protocol-time.ts';
import type { RunKeeper } from './runs.ts';

const PATIENCE_MS = 2000;
const SCHEDULED = 1;

/**
 * Offers a worker when a task of the run waits for one. The history tells when a task is scheduled and when it is over,
 * not always that somebody works on it: hence one look when the patience with the task ends, and one more only when the
 * server itself has given up the attempt, since its worker may have died. Temporal lists dead workers for minutes, so
 * that it can't be asked for live ones. `offered` settles when the run is over, or rejects if no worker can be hosted.
 */
export function offerWorkerWhenWaiting(
  keeper: RunKeeper,
  workflowId: string,
  over: AbortSignal,
): { offered: Promise<void>; onEvent: (event: RunEvent) => void } {
  const timers = new Map<string, NodeJS.Timeout>();
  const offered = Promise.withResolvers<void>();
  let isOffered = false;

  const forget = (task: string): void => {
    clearTimeout(timers.get(task));
    timers.delete(task);
  };
  const arm = (task: string, attemptMs: number, ms: number): void => {
    forget(task);
    if (over.aborted || !keeper.mayOfferWorker) return;
    timers.set(task, setTimeout(() => look(task, attemptMs).catch(offered.reject), ms).unref());
  };
  const look = async (task: string, attemptMs: number): Promise<void> => {
    const later = await heldUntil(await keeper.client(false), workflowId, task, attemptMs).catch(
      () => Infinity,
    );
    if (!timers.has(task) || isOffered) return;
    if (later !== null) {
      // Two clocks may differ; the server's deadline is never further away than an attempt is long.
      const left = Math.min(Math.max(later - Date.now(), 0), attemptMs);
      return arm(task, attemptMs, left + PATIENCE_MS);
    }
    isOffered = true;
    await keeper.offerWorker();
  };

  over.addEventListener('abort', () => {
    [...timers.keys()].forEach(forget);
    offered.resolve();
  });
  const onEvent = (event: RunEvent): void => {
    if (event.kind === 'task-scheduled') arm(event.task, event.attemptMs, PATIENCE_MS);
    if (event.kind === 'task-over') forget(event.task);
  };
  return { offered: offered.promise, onEvent };
}

/** Null: the task could be started now and is not; else when the server gives up its attempt, or begins another one. */
async function heldUntil(
  client: Client,
  workflowId: string,
  task: string,
  attemptMs: number,
): Promise<number | null> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const next = raw.pendingWorkflowTask;
  const step = raw.pendingActivities?.find(({ activityId }) => activityId === task);
  const { state, from, again } =
    task === 'workflow'
      ? { state: next?.state, from: next?.startedTime, again: null }
      : { state: step?.state, from: step?.lastStartedTime, again: step?.nextAttemptScheduleTime };
  if (state === SCHEDULED) return again ? millisecondsOf(again) : null;
  return from ? millisecondsOf(from) + attemptMs : Infinity;
}
