import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
} from '@temporalio/client';
import { RuleError } from '../rules/errors.ts';

/** Gives a failed run's cause back as the RuleError that the activity threw; anything else stays what it is. */
export function asRuleError(error: unknown, workflowId: string): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  const cause = deepest(error);
  if (cause instanceof CancelledFailure) return ended(workflowId, 'was cancelled');
  if (cause instanceof TerminatedFailure) return ended(workflowId, 'was terminated');
  if (cause instanceof TimeoutFailure) return ended(workflowId, `timed out: ${cause.message}`);
  if (!(cause instanceof ApplicationFailure)) return error;
  const [remedied] = (cause.details ?? []) as [{ cure?: string; exitCode?: number }?];
  if (!remedied?.cure) return new Error(`${cause.type ?? 'failure'}: ${cause.message}`, { cause });
  return new RuleError(cause.type ?? 'RunFailed', cause.message, {
    cure: remedied.cure,
    ...(remedied.exitCode !== undefined && { exitCode: remedied.exitCode }),
  });
}

function deepest(error: Error): Error {
  return error.cause instanceof Error ? deepest(error.cause) : error;
}

const ended = (workflowId: string, how: string): RuleError =>
  new RuleError('RunEnded', `The run ${workflowId} ${how}.`, {
    cure: 'Run the command again: a repeat is safe.',
  });
