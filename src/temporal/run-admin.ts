import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { RuleError } from '../rules/errors.ts';
import type { RunSummary } from '../rules/run-event.ts';
import type { Target } from '../rules/target.ts';
import { refuseUnknown } from './run-failure.ts';
import { revealPayloads } from './connection.ts';
import { rootOf } from './errors.ts';

/** Newest first, at most `limit`; only those of the target, or (null) of every target. */
export async function listRuns(client: Client, target: Target | null, limit: number): Promise<RunSummary[]> {
  const query = target === null ? '' : `WorkflowId STARTS_WITH "${target}/"`;
  const runs: RunSummary[] = [];
  for await (const info of client.workflow.list({ query, pageSize: Math.min(limit, 1000) })) {
    runs.push(summary(info));
    if (runs.length >= limit) break;
  }
  return runs;
}

export async function countOpenRuns(client: Client): Promise<number> {
  const { count } = await client.workflow.count('ExecutionStatus = "Running"');
  return count;
}

/** A run with its input and, when it has ended, its result or failure; a password in the input is not shown. */
export async function describeRun(client: Client, workflowId: string) {
  const handle = client.workflow.getHandle(workflowId);
  const info = await handle.describe().catch((error: unknown) => refuseUnknown(error, workflowId));
  const { events } = await handle.fetchHistory();
  const payloads = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  const [input] = revealPayloads(client, payloads);
  const pending = (info.raw.pendingActivities ?? []).map((activity) => ({
    activity: activity.activityType?.name,
    attempt: activity.attempt,
  }));
  const outcome = info.status.name === 'RUNNING' ? {} : await outcomeOf(handle);
  return { ...summary(info), input: withoutSecrets(input), pending, ...outcome };
}

export async function cancelRun(client: Client, workflowId: string): Promise<void> {
  const handle = await getOpen(client, workflowId);
  await handle.cancel();
}

export async function terminateRun(client: Client, workflowId: string, reason: string): Promise<void> {
  const handle = await getOpen(client, workflowId);
  await handle.terminate(reason).catch((error: unknown) => refuseUnknown(error, workflowId, 'open run'));
}

/** Temporal itself takes a request to cancel a run that has ended, and drops it. */
async function getOpen(client: Client, workflowId: string) {
  const handle = client.workflow.getHandle(workflowId);
  const { status } = await handle.describe().catch((error: unknown) => refuseUnknown(error, workflowId));
  if (status.name === 'RUNNING') return handle;
  throw new RuleError('RunEnded', `The run ${workflowId} has ended already: ${status.name.toLowerCase()}.`, {
    cure: `\`keyward workflow show ${workflowId}\` tells more.`,
  });
}

async function outcomeOf(handle: {
  result(): Promise<unknown>;
}): Promise<{ result: unknown } | { failure: string }> {
  try {
    return { result: await handle.result() };
  } catch (error) {
    return { failure: (rootOf(error) as Error).message };
  }
}

const withoutSecrets = (input: unknown): unknown =>
  JSON.parse(
    JSON.stringify(input ?? null, (key, value) => (key === 'password' && value !== null ? '***' : value)),
  );

const summary = (info: Omit<WorkflowExecutionInfo, 'raw'>): RunSummary => ({
  id: info.workflowId,
  type: info.type,
  status: info.status.name.toLowerCase(),
  started: info.startTime.toISOString(),
  closed: info.closeTime?.toISOString() ?? null,
});
