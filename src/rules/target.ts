import { RuleError } from './errors.ts';

/**
 * Names the database that a run belongs to, without its credentials: the first 12 hex digits of SHA-256 over host (or
 * the server's name), port and database name. `config/target.ts` computes it.
 */
export type Target = string;

/** Refuses a run of another target: a follower has workers for its own only, and would wait in vain. */
export function assertOfTarget(workflowId: string, served: Target[]): void {
  const [, owner] = /^([0-9a-f]{12})\//.exec(workflowId) ?? [];
  if (!owner || served.includes(owner)) return;
  throw new RuleError('OtherDatabase', `The run ${workflowId} is of another database.`, {
    cure: 'Name that database as the command that started the run did: by --config-file, --nova-config-file or a variable KEYWARD_…_DATABASE_URL.',
  });
}

/** Names the queue for what any worker that reaches the target's database can do. */
export const taskQueue = (target: Target): string => `keyward-${target}`;

/** Names the queue for what must happen on one host, since it reads that host's files. */
export const hostTaskQueue = (target: Target, hostname: string): string => `${taskQueue(target)}@${hostname}`;

/** Writes the id of a request's own run: which database it belongs to, what it does, and the request. */
export const runId = (target: Target, what: string, requestId: string): string =>
  `${target}/${what}/${requestId}`;
