import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
} from '@temporalio/client';
import { ExitCode, type Outcome, RuleError, RunError } from '../rules/errors.ts';
import { unusableIn } from '../rules/unusable-payload.ts';
import { isUnknownRun, rootOf } from './errors.ts';

/** Gives a failed run's cause back as the RuleError that the activity threw; anything else stays what it is. */
export function asRuleError(error: unknown, workflowId: string): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  const cause = rootOf(error);
  if (cause instanceof CancelledFailure) return cancelled(workflowId);
  if (cause instanceof TerminatedFailure)
    return asRunError(unusableIn(cause.message)) ?? cutOff(workflowId, 'was terminated');
  if (cause instanceof TimeoutFailure) return cutOff(workflowId, `timed out: ${cause.message}`);
  if (!(cause instanceof ApplicationFailure)) return error;
  const [remedied] = (cause.details ?? []) as [{ cure?: string; exitCode?: number; outcome?: Outcome }?];
  if (remedied?.cure === undefined) {
    return new RunError(
      'RunFailed',
      `The run failed by a bug in keyward: ${cause.type ?? 'failure'}: ${cause.message}.`,
      { cure: `\`keyward workflow show ${workflowId}\` tells more.`, exitCode: ExitCode.bug },
    );
  }
  const { cure, exitCode, outcome } = remedied;
  return new RunError(cause.type ?? 'RunFailed', cause.message, {
    cure,
    ...(exitCode !== undefined && { exitCode }),
    ...(outcome && { outcome }),
  });
}

/** Says that there is no such run where that is the error. */
export function refuseUnknown(error: unknown, workflowId: string, kind = 'run'): never {
  if (!isUnknownRun(error)) throw error;
  throw new RuleError('RunNotFound', `There is no ${kind} '${workflowId}'.`, {
    cure: '`keyward workflow list` shows the runs.',
  });
}

const asRunError = (error: RuleError | null): RunError | null =>
  error && new RunError(error.name, error.message, error);

/** Says that a run was cancelled; it has waited for its present step, and a step is a transaction. */
const cancelled = (workflowId: string): RunError =>
  new RunError('RunEnded', `The run ${workflowId} was cancelled.`, {
    cure: 'Run the command again: a repeat is safe.',
  });

/** Says that a run was ended at once: nobody waits for the step under way, which may have committed, or may still. */
const cutOff = (workflowId: string, how: string): RunError =>
  new RunError('RunEnded', `The run ${workflowId} ${how}.`, {
    cure: `\`keyward workflow show ${workflowId}\` tells which step was under way, \`keyward audit list\` what was changed.`,
    exitCode: ExitCode.notKnown,
  });
