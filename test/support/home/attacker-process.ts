import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { connectionSettings } from '../../../src/temporal/connection.ts';

/**
 * A plain Temporal client without the payload key, which obeys one JSON line after another: `attacker-process ADDRESS
 * [UID]`. With a UID it gives up root first, and is that account from then on. It reads and writes what Temporal keeps
 * as it finds it: payloads are base64 of their bytes, which it can't read.
 */
const [address, uid] = process.argv.slice(2);
const { options } = await connectionSettings({ local: address!, env: {} });
if (uid) {
  process.setgroups!([]);
  process.setgid!(Number(uid));
  process.setuid!(Number(uid));
}
const NAMESPACE = 'default';
const DEADLINE_MS = 20_000;
const LOOK_AGAIN_MS = 20;

type Encoded = { encoding: string; data: string };
const encoded = (payload: any): Encoded => ({
  encoding: Buffer.from(payload.metadata.encoding).toString(),
  data: Buffer.from(payload.data).toString('base64'),
});
const decoded = ({ encoding, data }: Encoded) => ({
  metadata: { encoding: Buffer.from(encoding) },
  data: Buffer.from(data, 'base64'),
});
const payloadsOf = (holder: any): Encoded[] => (holder?.payloads ?? []).map(encoded);

let connection: Connection;
const service = () => connection.workflowService;
const execution = (workflowId: string) => ({ namespace: NAMESPACE, workflowExecution: { workflowId } });

async function events(workflowId: string, wait: boolean): Promise<any[]> {
  let nextPageToken: Uint8Array | undefined;
  const all = [];
  do {
    const page = await service().getWorkflowExecutionHistory({
      namespace: NAMESPACE,
      execution: { workflowId },
      waitNewEvent: wait,
      ...(nextPageToken && { nextPageToken }),
    });
    all.push(...(page.history?.events ?? []));
    nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
  } while (nextPageToken);
  return all;
}

const acts: Record<string, (with_: any) => Promise<unknown>> = {
  /** Gives what a run's history holds: its input, its steps' results, its own result. */
  read: async ({ id }) => {
    const history = await events(id, false);
    const started = history[0].workflowExecutionStartedEventAttributes;
    return {
      queue: started.taskQueue.name,
      input: payloadsOf(started.input),
      steps: history
        .flatMap((event) => event.activityTaskCompletedEventAttributes ?? [])
        .map((step) => payloadsOf(step.result)),
      stepInputs: history
        .flatMap((event) => event.activityTaskScheduledEventAttributes ?? [])
        .map((step) => payloadsOf(step.input)),
      result: history.flatMap((event) => payloadsOf(event.workflowExecutionCompletedEventAttributes?.result)),
      tasksDone: history
        .filter((event) => event.workflowTaskCompletedEventAttributes)
        .map((event) => Number(event.eventId)),
    };
  },
  start: ({ id, type, queue, input }) =>
    service().startWorkflowExecution({
      namespace: NAMESPACE,
      workflowId: id,
      workflowType: { name: type },
      taskQueue: { name: queue },
      input: { payloads: input.map(decoded) },
      requestId: randomUUID(),
      workflowTaskTimeout: { seconds: 5 as never },
    }),
  signalWithStart: ({ id, type, queue, input }) =>
    service().signalWithStartWorkflowExecution({
      namespace: NAMESPACE,
      workflowId: id,
      workflowType: { name: type },
      taskQueue: { name: queue },
      input: { payloads: input.map(decoded) },
      signalName: 'apply',
      signalInput: { payloads: input.map(decoded) },
      requestId: randomUUID(),
    }),
  /** Waits until the run has ended, and tells how. */
  ended: async ({ id }) => {
    const history = await events(id, true);
    const [, kind] = /^workflowExecution(\w+)EventAttributes$/.exec(
      Object.keys(history.at(-1)).find((name) => name.startsWith('workflowExecution'))!,
    )!;
    return kind;
  },
  delete: async ({ id }) => {
    await service().deleteWorkflowExecution(execution(id));
    for (;;) {
      const found = await service()
        .describeWorkflowExecution({ namespace: NAMESPACE, execution: { workflowId: id } })
        .catch(() => null);
      if (!found) return;
      await after(LOOK_AGAIN_MS);
    }
  },
  complete: ({ id, step, result }) =>
    service().respondActivityTaskCompletedById({
      namespace: NAMESPACE,
      workflowId: id,
      activityId: step,
      result: { payloads: result.map(decoded) },
    }),
  fail: ({ id, step, isRepeated = false }) =>
    service().respondActivityTaskFailedById({
      namespace: NAMESPACE,
      workflowId: id,
      activityId: step,
      failure: {
        message: 'Nothing was changed',
        applicationFailureInfo: { type: 'Refused', nonRetryable: !isRepeated },
      },
    }),
  signal: ({ id, input }) =>
    service().signalWorkflowExecution({
      ...execution(id),
      signalName: 'apply',
      input: { payloads: input.map(decoded) },
    }),
  update: ({ id, input }) =>
    service().updateWorkflowExecution({
      ...execution(id),
      request: {
        meta: { updateId: 'forged' },
        input: { name: 'apply', args: { payloads: input.map(decoded) } },
      },
      waitPolicy: { lifecycleStage: 2 },
    }),
  terminate: ({ id }) => service().terminateWorkflowExecution({ ...execution(id), reason: 'forged' }),
  reset: async ({ id, to }) => {
    const { runId } = await service().resetWorkflowExecution({
      ...execution(id),
      reason: 'forged',
      workflowTaskFinishEventId: to,
      requestId: randomUUID(),
    });
    return runId;
  },
};

async function obey(line: string): Promise<unknown> {
  const { act, ...given } = JSON.parse(line) as { act: string };
  connection ??= await Connection.connect({ ...options, connectTimeout: '5s' } as object);
  return (await connection.withDeadline(Date.now() + DEADLINE_MS, async () => acts[act]!(given))) ?? null;
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await obey(line).then(
    (result) => ({ result }),
    (error: Error) => ({ error: error.message }),
  );
  process.stdout.write(
    `${JSON.stringify(answer, (_, value) => (typeof value === 'bigint' ? Number(value) : value))}\n`,
  );
}
process.exit(0);
