import {
  ApplicationFailure,
  CancelledFailure,
  isGrpcServiceError,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ExitCode, type Outcome, RuleError } from '../rules/errors.ts';
import { unusableIn } from '../rules/unusable-payload.ts';

const [INVALID_ARGUMENT, NOT_FOUND] = [3, 5];

/** Gives a failed run's cause back as the RuleError that the activity threw; anything else stays what it is. */
export function asRuleError(error: unknown, workflowId: string): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  const cause = rootOf(error);
  if (cause instanceof CancelledFailure) return ended(workflowId, 'was cancelled');
  if (cause instanceof TerminatedFailure)
    return unusableIn(cause.message) ?? ended(workflowId, 'was terminated');
  if (cause instanceof TimeoutFailure) return ended(workflowId, `timed out: ${cause.message}`);
  if (!(cause instanceof ApplicationFailure)) return error;
  const [remedied] = (cause.details ?? []) as [{ cure?: string; exitCode?: number; outcome?: Outcome }?];
  if (remedied?.cure === undefined) {
    return new RuleError(
      'RunFailed',
      `The run failed by a bug in keyward: ${cause.type ?? 'failure'}: ${cause.message}.`,
      { cure: `\`keyward workflow show ${workflowId}\` tells more.`, exitCode: ExitCode.bug },
    );
  }
  const { cure, exitCode, outcome } = remedied;
  return new RuleError(cause.type ?? 'RunFailed', cause.message, {
    cure,
    ...(exitCode !== undefined && { exitCode }),
    ...(outcome && { outcome }),
  });
}

/** Says that there is no such run where that is the error; an id that none can have (empty, too long) is no other case. */
export function refuseUnknown(error: unknown, workflowId: string, kind = 'run'): never {
  const root = rootOf(error);
  const isUnknown =
    root instanceof WorkflowNotFoundError ||
    (isGrpcServiceError(root) && [INVALID_ARGUMENT, NOT_FOUND].includes(root.code));
  if (!isUnknown) throw error;
  throw new RuleError('RunNotFound', `There is no ${kind} '${workflowId}'.`, {
    cure: '`keyward workflow list` shows the runs.',
  });
}

/** The SDK wraps what really happened, once or twice. */
export const rootOf = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;

const ended = (workflowId: string, how: string): RuleError =>
  new RuleError('RunEnded', `The run ${workflowId} ${how}.`, {
    cure: 'Run the command again: a repeat is safe.',
  });
