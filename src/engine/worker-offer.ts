import { setTimeout as after } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { RunKeeper } from './runs.ts';

const PATIENCE_MS = 2000;
const SCHEDULED = 1;

/**
 * Offers a worker when a task of the run has waited for one for two seconds: at its start, when it is taken up again, or
 * since its worker has died. Temporal lists dead workers for minutes, so that it can't be asked for live ones.
 */
export async function offerWorkerWhenWaiting(
  keeper: RunKeeper,
  workflowId: string,
  over: AbortSignal,
): Promise<void> {
  let waited: string[] = [];
  while (keeper.mayOfferWorker && !over.aborted) {
    const waiting = await waitingTasks(await keeper.client(false), workflowId).catch(() => []);
    if (waiting.some((task) => waited.includes(task))) return keeper.offerWorker();
    waited = waiting;
    await after(PATIENCE_MS, undefined, { signal: over, ref: false }).catch(() => {});
  }
}

/** Names each task that could be started now and is not. */
async function waitingTasks(client: Client, workflowId: string): Promise<string[]> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const next = raw.pendingWorkflowTask;
  const steps = (raw.pendingActivities ?? []).filter(
    ({ state, nextAttemptScheduleTime }) => state === SCHEDULED && !nextAttemptScheduleTime,
  );
  return [
    ...(next?.state === SCHEDULED ? [`workflow ${String(next.scheduledTime?.seconds)}`] : []),
    ...steps.map(({ activityId, attempt }) => `${activityId} ${attempt}`),
  ];
}
