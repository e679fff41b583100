import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { RuleError } from '../rules/errors.ts';
import type { RunSummary } from '../rules/run-event.ts';
import { isSecret } from '../rules/run-request.ts';
import { LEASE_WORKFLOW } from '../rules/compute/lock-request.ts';
import type { Target } from '../rules/target.ts';
import { refuseUnknown } from './run-failure.ts';
import { revealInput } from './connection.ts';
import { rootOf } from './errors.ts';

/** Looks at runs, and ends them. */
export class RunAdmin {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Lists at most `limit` runs, newest first: those of these targets, or (null) of every target. */
  async list(targets: Target[] | null, limit: number): Promise<RunSummary[]> {
    const query = (targets ?? []).map((target) => `WorkflowId STARTS_WITH "${target}/"`).join(' OR ');
    const runs: RunSummary[] = [];
    for await (const info of this.#client.workflow.list({ query, pageSize: Math.min(limit, 1000) })) {
      runs.push(summary(info));
      if (runs.length >= limit) break;
    }
    return runs;
  }

  /** Counts the open runs that have work under way; one that waits for a time is woken again whenever a worker starts. */
  async countOpen(): Promise<number> {
    const { count } = await this.#client.workflow.count(
      `ExecutionStatus = "Running" AND WorkflowType != "${LEASE_WORKFLOW}"`,
    );
    return count;
  }

  /** Whether a run of this id is under way. */
  async isOpen(workflowId: string): Promise<boolean> {
    const { count } = await this.#client.workflow.count(
      `ExecutionStatus = "Running" AND WorkflowId = "${workflowId}"`,
    );
    return count > 0;
  }

  /** Gives a run with its input and, when it has ended, its result or failure; secrets in the input are not shown. */
  async describe(workflowId: string) {
    const handle = this.#client.workflow.getHandle(workflowId);
    const info = await handle.describe().catch((error: unknown) => refuseUnknown(error, workflowId));
    const { events } = await handle.fetchHistory();
    const [input] = revealInput(this.#client, events);
    const pending = (info.raw.pendingActivities ?? []).map((activity) => ({
      activity: activity.activityType?.name,
      attempt: activity.attempt,
    }));
    const outcome = info.status.name === 'RUNNING' ? {} : await outcomeOf(handle);
    return { ...summary(info), input: withoutSecrets(input), pending, ...outcome };
  }

  async cancel(workflowId: string): Promise<void> {
    const handle = await this.#open(workflowId);
    await handle.cancel();
  }

  async terminate(workflowId: string, reason: string): Promise<void> {
    const handle = await this.#open(workflowId);
    await handle.terminate(reason).catch((error: unknown) => refuseUnknown(error, workflowId, 'open run'));
  }

  /** Refuses a run that has ended, since Temporal takes a request to cancel one and drops it. */
  async #open(workflowId: string) {
    const handle = this.#client.workflow.getHandle(workflowId);
    const { status } = await handle.describe().catch((error: unknown) => refuseUnknown(error, workflowId));
    if (status.name === 'RUNNING') return handle;
    throw new RuleError(
      'RunEnded',
      `The run ${workflowId} has ended already: ${status.name.toLowerCase()}.`,
      { cure: `\`keyward workflow show ${workflowId}\` tells more.` },
    );
  }
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
    JSON.stringify(input ?? null, (key, value) => (isSecret(key) && value !== null ? '***' : value)),
  );

const summary = (info: Omit<WorkflowExecutionInfo, 'raw'>): RunSummary => ({
  id: info.workflowId,
  type: info.type,
  status: info.status.name.toLowerCase(),
  started: info.startTime.toISOString(),
  closed: info.closeTime?.toISOString() ?? null,
});
