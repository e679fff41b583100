import type { Client } from '@temporalio/client';
import type { LeaseTimers } from '../rules/compute/lease-timers.ts';
import {
  LEASE_CHANGED,
  LEASE_WORKFLOW,
  type LeaseRequest,
  leaseWorkflowId,
} from '../rules/compute/lock-request.ts';
import type { Asked } from '../rules/run-request.ts';
import { taskQueue, type Target } from '../rules/target.ts';
import { isUnknownRun } from './errors.ts';

/**
 * Wakes by a run for each lease. A worker starts them, as a client of Temporal that has the payload key: the run does what the
 * rows say and nothing else, so that nobody gains by starting one.
 */
export class LeaseRuns implements LeaseTimers {
  readonly #client: (options: { afresh: boolean }) => Promise<Client>;
  readonly #target: Target;
  /** A connection on which a call has failed is not used again. */
  #isStale = false;

  constructor(target: Target, client: (options: { afresh: boolean }) => Promise<Client>) {
    this.#target = target;
    this.#client = client;
  }

  /** A run that waits already is left to it; one that has ended, or was ended, is followed by another one. */
  async arm(leaseId: string): Promise<void> {
    const input: Asked<LeaseRequest> = {
      target: this.#target,
      requestId: leaseId,
      workflow: LEASE_WORKFLOW,
      askedAt: new Date().toISOString(),
    };
    await this.#call(({ workflow }) =>
      workflow.start(LEASE_WORKFLOW, {
        workflowId: leaseWorkflowId(input),
        taskQueue: taskQueue(this.#target),
        args: [input],
        workflowTaskTimeout: '5s',
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      }),
    );
  }

  async wake(leaseId: string): Promise<void> {
    const workflowId = leaseWorkflowId({ target: this.#target, requestId: leaseId });
    await this.#call(({ workflow }) => workflow.getHandle(workflowId).signal(LEASE_CHANGED)).catch(
      (error: unknown) => {
        if (!isUnknownRun(error)) throw error;
      },
    );
  }

  async #call(work: (client: Client) => Promise<unknown>): Promise<void> {
    const client = await this.#client({ afresh: this.#isStale });
    this.#isStale = false;
    try {
      await work(client);
    } catch (error) {
      this.#isStale = !isUnknownRun(error);
      throw error;
    }
  }
}
