import type { temporal } from '@temporalio/proto';
import { setTimeout as after } from 'node:timers/promises';
import { ExitCode, RuleError, Unavailable } from '../rules/errors.ts';
import { taskQueue, type Target } from '../rules/target.ts';
import type { PatientCalls } from './patient-calls.ts';
import { followHistory, nothingSeen } from './run-history.ts';
import { isUnknownRun, reasonOf } from './errors.ts';

const PATIENCE_MS = 2000;
const ANSWER_LIMIT_MS = 5000;
const END_LIMIT_MS = 30_000;

/**
 * With `--no-wait` nobody stays to host a worker, so a run that none has taken is ended again. A worker may take it at
 * that very moment: what has come of the run is read from its history afterwards.
 */
export async function assertTaken(calls: PatientCalls, workflowId: string, target: Target): Promise<void> {
  if (await isTakenSoon(calls, workflowId)) return;
  const ending = calls.until(AbortSignal.timeout(END_LIMIT_MS));
  const events = await endRun(ending, workflowId).catch((error: unknown) => {
    throw leftOpen(calls.explain(error), workflowId);
  });
  if (!events.some((event) => event.workflowExecutionTerminatedEventAttributes)) return;
  if (events.some((event) => event.activityTaskScheduledEventAttributes)) throw cutShort(workflowId);
  throw new Unavailable(
    'NoWorker',
    `No worker serves ${taskQueue(target)}.`,
    'Start one with `keyward worker start`, or leave out --no-wait.',
  ).leaving('unchanged');
}

async function isTakenSoon(calls: PatientCalls, workflowId: string): Promise<boolean> {
  const over = new AbortController();
  const taken = Promise.withResolvers<boolean>();
  followHistory(
    calls.until(over.signal),
    workflowId,
    nothingSeen(),
    ({ kind }) => kind === 'worker-took-it' && taken.resolve(true),
  ).catch(taken.reject);
  try {
    return await Promise.race([taken.promise, after(PATIENCE_MS, false, { ref: false })]);
  } finally {
    over.abort();
    taken.promise.catch(() => {});
  }
}

/** Ends the run, if it has not ended already, and gives its history. */
async function endRun(
  calls: PatientCalls,
  workflowId: string,
): Promise<temporal.api.history.v1.IHistoryEvent[]> {
  const reason = 'no worker took the run started with --no-wait';
  await calls.call('to end the run', async (client) => {
    const end = () => client.workflow.getHandle(workflowId).terminate(reason);
    await client.connection.withDeadline(Date.now() + ANSWER_LIMIT_MS, end).catch((error: unknown) => {
      if (!isUnknownRun(error)) throw error;
    });
  });
  const fetch = () =>
    calls.call('to answer', (client) => client.workflow.getHandle(workflowId).fetchHistory());
  return (await fetch()).events ?? [];
}

const leftOpen = (error: unknown, workflowId: string): unknown =>
  error instanceof RuleError
    ? new RuleError(
        'RunLeftOpen',
        `No worker has taken the run ${workflowId} yet, and it could not be ended: ${reasonOf(error)}`,
        {
          cure: `The next \`keyward worker start\` takes it; \`keyward workflow terminate ${workflowId}\` ends it.`,
          exitCode: ExitCode.notKnown,
        },
      )
    : error;

const cutShort = (workflowId: string): RuleError =>
  new RuleError(
    'RunCutShort',
    `The run ${workflowId} was ended since no worker had taken it in 2 s, and one took it just then.`,
    {
      cure: '`keyward audit list` shows what was changed; a repeat of the command does the rest.',
      exitCode: ExitCode.notKnown,
    },
  );
