import { RuleError } from './errors.ts';

/**
 * The first 12 hex digits of SHA-256 over host (or server's name), port and database name: which database a run
 * belongs to, without its credentials. `config/target.ts` computes it.
 */
export type Target = string;

/** A run of another target would be waited for in vain: whoever follows it keeps workers for their own alone. */
export function assertOfTarget(workflowId: string, served: Target[]): void {
  const [, owner] = /^([0-9a-f]{12})\//.exec(workflowId) ?? [];
  if (!owner || served.includes(owner)) return;
  throw new RuleError('OtherDatabase', `The run ${workflowId} is of another identity database.`, {
    cure: 'Name that database as the command that started the run did: by --config-file, --config-dir or KEYWARD_KEYSTONE_DATABASE_URL.',
  });
}

/** The queue of what any worker that reaches the target's database can do. */
export const taskQueue = (target: Target): string => `keyward-${target}`;

/** The queue of what must happen on one host, since it reads that host's files. */
export const hostTaskQueue = (target: Target, hostname: string): string => `${taskQueue(target)}@${hostname}`;

export const bootstrapWorkflowId = (target: Target, requestId: string): string =>
  `${target}/bootstrap/${requestId}`;

/** The request of a bootstrap's run; null for any other run's id. */
export const bootstrapRequestIn = (workflowId: string): string | null =>
  /^[0-9a-f]{12}\/bootstrap\/([\w-]+)$/.exec(workflowId)?.[1] ?? null;

export const upgradeCheckWorkflowId = (target: Target, requestId: string): string =>
  `${target}/status-upgrade-check/${requestId}`;
