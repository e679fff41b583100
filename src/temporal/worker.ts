import { hostname } from 'node:os';
import { setTimeout as after } from 'node:timers/promises';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Announce } from '../rules/announce.ts';
import { hostTaskQueue, taskQueue, type Target } from '../rules/target.ts';
import { reasonFor, type Unusable } from '../rules/unusable-payload.ts';
import { EncryptionCodec } from './payload-codec.ts';
import { RuleError, Unavailable } from '../rules/errors.ts';
import type { PayloadKey } from './payload-key.ts';
import { connectionSettings, connectNative, dataConverter, type TemporalEndpoint } from './connection.ts';
import { isWait } from './step-watch.ts';
import { isRefused, reasonOf, unreachable } from './errors.ts';
import { logLine } from '../rules/log-line.ts';

const PATIENCE_MS = 10_000;
const CHECK_EVERY_MS = 10_000;
const CHECK_LIMIT_MS = 5000;
/** So many steps of one queue run at once; a service has two queues. */
const STEPS_OF_QUEUE = 8;
const STEPS = 2 * STEPS_OF_QUEUE;

/** What a worker does for one service: the steps of its runs, on the queues of its target. */
export type Served = {
  target: Target;
  activities: Record<string, (...args: never[]) => Promise<unknown>>;
  /** Closes what the steps use. */
  close: () => Promise<void>;
};

export type WorkerOptions = {
  endpoint: TemporalEndpoint;
  key: PayloadKey;
  buildId: string;
  /** Opens the services that are to be served, each for `steps` at once; `announce` is told what a step waits for. */
  serve: (steps: number, announce: Announce) => Promise<Served[]>;
};

/** A worker in this process. `finished` resolves when it has been stopped, and rejects when it can't work any more. */
export type HostedWorker = { finished: Promise<void>; stop(): Promise<void> };

/** What a worker is made of, open; `close` closes the connections. */
type Parts = { workers: Worker[]; assertFit: () => Promise<void>; close: () => Promise<void> };

/**
 * Polls two queues of each service that it serves: its target's, and its target's of this host for what must read this host's files.
 * However it ends, activities under way are let finish, and every connection is closed; what takes longer than 10 s is
 * left behind, for the process to end and another worker to take up.
 */
export async function hostWorker(options: WorkerOptions): Promise<HostedWorker> {
  const { workers, assertFit, close } = await openParts(options);
  const runs = workers.map((worker) => worker.run());
  const over = new AbortController();
  const end = async (): Promise<void> => {
    over.abort();
    shutdown(workers);
    await atMost(PATIENCE_MS, Promise.allSettled(runs).then(close));
  };
  const finished = Promise.race([Promise.all(runs), untilUnfit(assertFit, over.signal)]).then(
    end,
    async (error: unknown) => {
      await end();
      throw error instanceof RuleError ? error : failed(reasonOf(error));
    },
  );
  finished.catch(() => {});
  return { finished, stop: () => end() };
}

/**
 * Rejects when the worker can't work any more. The SDK's core takes polls that are refused for a trouble that passes, for a
 * minute and without a word, and may then never end.
 */
async function untilUnfit(assertFit: () => Promise<void>, over: AbortSignal): Promise<never> {
  for (;;) {
    await after(CHECK_EVERY_MS, undefined, { signal: over, ref: false }).catch(
      () => new Promise<never>(() => {}),
    );
    await assertFit();
  }
}

const log = (entry: Parameters<typeof logLine>[1]): void =>
  void process.stderr.write(`${logLine(new Date(), entry)}\n`);

/** Tells what a step waits for to the log, and to whoever follows its run. */
function tellWait(line: string, heartbeat: (line: string) => void): void {
  log({ level: 'WARN', message: line });
  try {
    if (isWait(line)) heartbeat(line);
  } catch {
    // Outside a step there is no heartbeat.
  }
}

async function openParts(options: WorkerOptions): Promise<Parts> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).toReversed()) await closeOne().catch(() => {});
  };
  try {
    const { heartbeat } = await import('@temporalio/activity');
    const announce = (line: string): void => tellWait(line, heartbeat);
    const [served] = await Promise.all([options.serve(STEPS, announce), import('@temporalio/worker')]);
    closers.push(...served.map((each) => each.close));
    const { connection, namespace } = await connect(options.endpoint);
    closers.push(() => connection.close());
    await assertMayPoll(connection, namespace, options.endpoint);
    const workers = await createWorkers(options, { connection, namespace, served });
    const assertFit = async (): Promise<void> => {
      await assertMayPoll(connection, namespace, options.endpoint);
      if (workers.some((worker) => worker.getState() === 'FAILED')) throw failed('its polls have ended');
    };
    return { workers, assertFit, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const failed = (why: string): Unavailable =>
  new Unavailable(
    'WorkerFailed',
    `The worker can't get work from Temporal any more: ${why}.`,
    'Check TEMPORAL_ADDRESS and the other TEMPORAL_* variables, and start it again.',
  );

async function connect(endpoint: TemporalEndpoint) {
  const [{ Runtime, DefaultLogger }, { namespace }] = await Promise.all([
    import('@temporalio/worker'),
    connectionSettings(endpoint),
  ]);
  try {
    Runtime.install({
      shutdownSignals: [],
      logger: new DefaultLogger('WARN', log),
    });
  } catch {
    // The runtime of an earlier worker of this process, which left a step behind, is still there.
  }
  return { connection: await connectNative(endpoint), namespace };
}

/**
 * Refuses to work where polls are not let in: who may not poll is told so at once, and who may is told that the
 * question names no queue. Whatever else is answered is for the core to get over.
 */
async function assertMayPoll(
  connection: NativeConnection,
  namespace: string,
  { local, env }: TemporalEndpoint,
): Promise<void> {
  const question = { namespace, taskQueue: { name: '' } };
  const { workflowService } = connection;
  const polls = async (): Promise<void> => {
    await workflowService.pollWorkflowTaskQueue(question).catch(refuseIfDenied);
    await workflowService.pollActivityTaskQueue(question).catch(refuseIfDenied);
  };
  const refuseIfDenied = (error: unknown): void => {
    if (!isRefused(error)) return;
    const temporal = { isLocal: false, address: env['TEMPORAL_ADDRESS'] } as const;
    throw unreachable(error, local ? { isLocal: true } : temporal);
  };
  await connection.withDeadline(Date.now() + CHECK_LIMIT_MS, polls);
}

type Shared = { connection: NativeConnection; namespace: string; served: Served[] };

async function createWorkers(
  { key, buildId }: WorkerOptions,
  { connection, namespace, served }: Shared,
): Promise<Worker[]> {
  const { Worker } = await import('@temporalio/worker');
  const codec = new EncryptionCodec(key, 'worker', (workflowId, why) =>
    endRun(connection, namespace, workflowId, why),
  );
  const shared = {
    connection,
    namespace,
    dataConverter: dataConverter(codec),
    workerDeploymentOptions: namedBuild(buildId),
    maxConcurrentActivityTaskExecutions: STEPS_OF_QUEUE,
    shutdownGraceTime: PATIENCE_MS,
  } as const;
  const codePath = new URL(import.meta.resolve('../workflow-bundle.js')).pathname;
  return Promise.all(
    served.flatMap(({ target, activities }) => [
      Worker.create({ ...shared, activities, taskQueue: taskQueue(target), workflowBundle: { codePath } }),
      Worker.create({ ...shared, activities, taskQueue: hostTaskQueue(target, hostname()) }),
    ]),
  );
}

/** Ends a run of which this worker can't use something: a task that only fails would be tried again for ever. */
function endRun(
  { workflowService }: NativeConnection,
  namespace: string,
  workflowId: string | undefined,
  why: Unusable,
): void {
  if (!workflowId) return;
  log({ level: 'WARN', message: reasonFor(why), meta: { workflowId } });
  const request = { namespace, workflowExecution: { workflowId }, reason: reasonFor(why) };
  workflowService.terminateWorkflowExecution(request).catch(() => {});
}

/** Names the build, so that a workflow knows which one runs it; no run is tied to a build. */
const namedBuild = (buildId: string) => ({
  version: { deploymentName: 'keyward', buildId },
  useWorkerVersioning: false as const,
});

/**
 * Waits for work, but not for ever. The SDK's own limit (`shutdownForceTime`) is none: behind it, `finalizeShutdown`
 * waits for the step all the same.
 */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const late = after(ms, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([work, late]).finally(() => over.abort());
}

function shutdown(workers: Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}
