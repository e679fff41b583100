import { proxyActivities } from '@temporalio/workflow';
import type { LockActivities } from '../activities/locks.ts';
import { backoff, patient } from './server-steps.ts';

/** The first step is refused or taken; who asked waits for it, and whether it was taken is known either way. */
export const firstLock = proxyActivities<LockActivities>({
  ...patient,
  startToCloseTimeout: '15s',
  retry: { ...backoff, maximumAttempts: 5 },
});

const brief = {
  ...patient,
  startToCloseTimeout: '60s',
  retry: { ...backoff, maximumAttempts: 5 },
} as const;

/** What goes on without it is not held up by a cell that does not answer: rows say what is left to do. */
export const briefLockSteps = proxyActivities<LockActivities>(brief);

/** The same; the summary says how far the run is, to whoever follows it. */
export const summedLockSteps = (summary: string) => proxyActivities<LockActivities>({ ...brief, summary });

/** What must be done once a lock is changed is tried through an outage of hours. */
export const lockSteps = proxyActivities<LockActivities>({
  ...patient,
  startToCloseTimeout: '60s',
  retry: { ...backoff, maximumAttempts: 1000 },
});
