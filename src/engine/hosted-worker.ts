import { hostname } from 'node:os';
import { setTimeout as after } from 'node:timers/promises';
import type { NativeConnection, Worker } from '@temporalio/worker';
import { STEP_PATIENCE } from '../database/patience.ts';
import { readBuildId } from './build-id.ts';
import { hostTaskQueue, taskQueue, type Target } from '../rules/target.ts';
import { openIdentity, type IdentityServices } from './identity-services.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { reasonFor, type Unusable } from '../rules/unusable-payload.ts';
import { EncryptionCodec } from './payload-codec.ts';
import type { PayloadKey } from './payload-key.ts';
import {
  connectionSettings,
  connectNative,
  dataConverter,
  type TemporalEndpoint,
} from './temporal-connection.ts';
import { logLine } from './worker-log.ts';

const PATIENCE_MS = 10_000;
/** Of each queue at once. */
const ACTIVITIES = 8;
const QUEUES = 2;

export type WorkerOptions = {
  endpoint: TemporalEndpoint;
  key: PayloadKey;
  address: DatabaseAddress;
  target: Target;
};

/** A worker in this process. `finished` settles when it has stopped, by `stop` or by an error. */
export type HostedWorker = { finished: Promise<void>; stop(): Promise<void> };

/**
 * Polls the target's queue for anything, and the target's queue of this host for what must read this host's files.
 * `stop` lets activities under way finish, then closes every connection; what takes longer than 10 s is left behind, for
 * the process to end and another worker to take up.
 */
export async function hostWorker(options: WorkerOptions): Promise<HostedWorker> {
  const [workers, identity] = await openWorkers(options);
  const running = workers.map((worker) => worker.run());
  const closed = Promise.all(running).then(
    async () => void (await Promise.all([identity.close(), workers[0]?.connection.close()])),
    (error: Error) => {
      shutdown(workers);
      throw error;
    },
  );
  closed.catch(() => {});
  return {
    finished: closed,
    stop: () => {
      shutdown(workers);
      return atMost(PATIENCE_MS, closed);
    },
  };
}

async function openWorkers(options: WorkerOptions): Promise<[WorkerWithConnection[], IdentityServices]> {
  const [{ Runtime, Worker, DefaultLogger }, identity, { namespace }] = await Promise.all([
    import('@temporalio/worker'),
    openIdentity(options.address, { patience: STEP_PATIENCE, poolSize: QUEUES * ACTIVITIES }),
    connectionSettings(options.endpoint),
  ]);
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', (entry) => process.stderr.write(`${logLine(entry)}\n`)),
  });
  const connection = await connectNative(options.endpoint);
  const codec = new EncryptionCodec(options.key, 'worker', (workflowId, why) =>
    endRun(connection, namespace, workflowId, why),
  );
  const [activities, workerDeploymentOptions] = await Promise.all([
    createActivities(options.target, identity),
    namedBuild(),
  ]);
  const shared = {
    connection,
    namespace,
    activities,
    workerDeploymentOptions,
    dataConverter: dataConverter(codec),
  };
  const limits = {
    maxConcurrentActivityTaskExecutions: ACTIVITIES,
    shutdownGraceTime: PATIENCE_MS,
  } as const;
  const bundle = new URL(import.meta.resolve('../workflow-bundle.js')).pathname;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      ...limits,
      taskQueue: taskQueue(options.target),
      workflowBundle: { codePath: bundle },
    }),
    Worker.create({ ...shared, ...limits, taskQueue: hostTaskQueue(options.target, hostname()) }),
  ]);
  return [workers.map((worker) => Object.assign(worker, { connection })), identity];
}

/** Ends a run of which this worker can't use something: a task that only fails would be tried again for ever. */
function endRun(
  { workflowService }: NativeConnection,
  namespace: string,
  workflowId: string | undefined,
  why: Unusable,
): void {
  if (!workflowId) return;
  process.stderr.write(`${logLine({ level: 'WARN', message: reasonFor(why), meta: { workflowId } })}\n`);
  const request = { namespace, workflowExecution: { workflowId }, reason: reasonFor(why) };
  workflowService.terminateWorkflowExecution(request).catch(() => {});
}
/** By it a workflow knows which build runs it; no run is tied to a build. */
const namedBuild = async () => ({
  version: { deploymentName: 'keyward', buildId: await readBuildId() },
  useWorkerVersioning: false as const,
});

type WorkerWithConnection = Worker & { connection: NativeConnection };

async function createActivities(target: Target, identity: IdentityServices) {
  const [
    { withRuleFailures },
    { createIdentityActivities },
    { createUpgradeCheckActivities },
    { CheckDatabase },
    { openPolicyFiles },
  ] = await Promise.all([
    import('../activities/rule-failures.ts'),
    import('../activities/identity.ts'),
    import('../activities/upgrade-check.ts'),
    import('../services/identity/check-database.ts'),
    import('../config/policy-files.ts'),
  ]);
  const database = new CheckDatabase(identity.database);
  return withRuleFailures(target, {
    ...createIdentityActivities(identity.bootstrap),
    ...createUpgradeCheckActivities({ database, policyFiles: openPolicyFiles }),
  });
}

/** The SDK's own limit (`shutdownForceTime`) is none: behind it, `finalizeShutdown` waits for the step all the same. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = after(ms, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([work, late]).finally(() => over.abort());
}

function shutdown(workers: Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}
