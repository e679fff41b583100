/**
 * The first 12 hex digits of SHA-256 over host (or socket folder), port and database name: which database a run
 * belongs to, without its credentials. `config/target.ts` computes it.
 */
export type Target = string;

/** The queue of what any worker that reaches the target's database can do. */
export const taskQueue = (target: Target): string => `keyward-${target}`;

/** The queue of what must happen on one host, since it reads that host's files. */
export const hostTaskQueue = (target: Target, hostname: string): string => `${taskQueue(target)}@${hostname}`;

export const bootstrapWorkflowId = (target: Target, requestId: string): string =>
  `${target}/bootstrap/${requestId}`;

export const upgradeCheckWorkflowId = (target: Target, requestId: string): string =>
  `${target}/status-upgrade-check/${requestId}`;
