import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  rootCause,
} from '@temporalio/workflow';
import type { ServerActivities } from '../activities/servers.ts';
import { DELETED_MEANWHILE, type Left, type Reason } from '../rules/compute/lost-server.ts';
import type { ServerRequest } from '../rules/compute/new-server.ts';
import type { ServerEvent } from '../rules/compute/server-event.ts';
import { ExitCode } from '../rules/errors.ts';
import type { Asked } from '../rules/run-request.ts';
import { hostTaskQueue } from '../rules/target.ts';

/** A cancelled run waits for its present step: if it ended while the step may still commit, its result would lie. */
export const patient = { cancellationType: 'WAIT_CANCELLATION_COMPLETED' } as const;
export const backoff = { initialInterval: '500ms', maximumInterval: '20s' } as const;

/** The first step is refused or taken; who asked waits for it, and whether it was taken is known either way. */
export const first = proxyActivities<ServerActivities>({
  ...patient,
  startToCloseTimeout: '15s',
  retry: { ...backoff, maximumAttempts: 5 },
});

/** Once a request is taken up, an outage of hours must not leave the server half made. */
export const steps = proxyActivities<ServerActivities>({
  ...patient,
  startToCloseTimeout: '15s',
  retry: { ...backoff, maximumAttempts: 1000 },
});

/** Steps that work on a host's own files run there, and are taken up again soon after its worker died. */
export const stepsOn = (request: ServerRequest, host: string) =>
  proxyActivities<ServerActivities>({
    ...patient,
    taskQueue: hostTaskQueue(request.target, host),
    // An image may be large; a worker that died is noticed by its heartbeats.
    startToCloseTimeout: '1 day',
    heartbeatTimeout: '8s',
    retry: { ...backoff, maximumAttempts: 1000 },
  });

/** Publishes what has happened to a server, or keeps it for a worker that can. */
export const tell = (request: Asked<ServerRequest>, cell: string, event: ServerEvent): Promise<void> =>
  proxyActivities<ServerActivities>({
    startToCloseTimeout: '60s',
    retry: { ...backoff, maximumAttempts: 1000 },
    summary: event.type,
  }).announceServer({ ...request, cell, event });

/**
 * Does the work, and `compensate`s where it fails or the run is cancelled, which tells how the server is left: in ERROR
 * and not half made, unless nothing had begun, somebody deleted it, or the work was done all the same.
 */
export async function compensated(
  { uuid }: ServerRequest,
  work: () => Promise<void>,
  compensate: (why: Reason) => Promise<Left>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const why = causeOf(error);
    if (why.name === DELETED_MEANWHILE) throw error;
    const left = await CancellationScope.nonCancellable(() => compensate(why));
    if (left !== 'error' || isCancellation(error)) throw error;
    throw ApplicationFailure.nonRetryable(`The server ${uuid} is in ERROR. ${why.reason}`, why.name, {
      cure: `\`keyward server show ${uuid}\` shows it; delete it with \`keyward server delete ${uuid}\`.`,
      exitCode: ExitCode.refused,
      outcome: 'changed',
    });
  }
}

function causeOf(error: unknown): Reason {
  if (isCancellation(error)) return { name: 'Cancelled', reason: 'The run was cancelled.' };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const name = (cause instanceof ApplicationFailure && cause.type) || 'StepFailed';
  return { name, reason: rootCause(error) ?? String(error) };
}

/** Lets something go on beside the rest, which must not wait for it; whoever awaits it in the end gets its error. */
export function later<T>(work: Promise<T>): Promise<T> {
  work.catch(() => {});
  return work;
}
