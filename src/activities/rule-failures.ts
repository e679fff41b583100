import { ApplicationFailure } from '@temporalio/common';
import { ExitCode, RuleError, Transient } from '../rules/errors.ts';
import { type ClaimedResult, type Asked, isSameStep, type StepClaim } from '../rules/run-request.ts';
import type { Target } from '../rules/target.ts';
import { unusable } from '../rules/unusable-payload.ts';

type Activity = (input: never) => Promise<unknown>;
/** Every activity's input is its workflow's request, with what the step needs besides; one that takes none is fine too. */
type TakingRequests<Activities extends Record<string, Activity>> = {
  [Step in keyof Activities]: Parameters<Activities[Step]> extends [Asked] | [] ? Activities[Step] : never;
};
type Wrapped = (input: Partial<Asked> | undefined, claim: StepClaim | undefined) => Promise<ClaimedResult>;

/**
 * Wraps activities: a request for another step, run or database is refused before anything is touched, a result says
 * which step it was made for, and a broken rule becomes a failure that keeps its name, cure and exit code and is not
 * retried (unless it may pass by itself).
 */
export function withRuleFailures<Activities extends Record<string, Activity>>(
  target: Target,
  activities: Activities & TakingRequests<Activities>,
): Record<string, Wrapped> {
  const wrapped = Object.entries<Activity>(activities).map(([step, activity]): [string, Wrapped] => [
    step,
    async (input, claim) => {
      try {
        assertKnownForm(step, input);
        const made = claimed(step, input, claim);
        assertTarget(target, input);
        return { claim: made, result: await activity(input as never) };
      } catch (error) {
        throw asFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped);
}

/** Refuses the form in which an older build put a request beside what a step needs. */
function assertKnownForm(step: string, input: unknown): void {
  if (typeof input !== 'object' || input === null || 'workflow' in input || !('request' in input)) return;
  throw new RuleError('OtherBuild', `The step ${step} was asked for by another build of keyward.`, {
    cure: 'Use one version of keyward on all hosts, and run the command again.',
    exitCode: ExitCode.unavailable,
  });
}

function claimed(step: string, input: Partial<Asked> | undefined, claim: StepClaim | undefined): StepClaim {
  const { workflow, requestId } = input ?? {};
  if (workflow === undefined || requestId === undefined || !isSameStep(claim, { step, workflow, requestId }))
    throw unusable('PayloadForged');
  return claim;
}

function assertTarget(target: Target, input: Partial<Asked> | undefined): void {
  const wanted = input?.target;
  if (wanted === target) return;
  const owner = wanted === undefined ? 'names no database' : `belongs to ${wanted}`;
  throw new RuleError('WrongTarget', `This worker serves target ${target}, and the run ${owner}.`, {
    cure: 'Start a worker with the database settings that the run was started with.',
  });
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof RuleError)) return error;
  const { name: type, message, cure, exitCode, outcome } = error;
  const nonRetryable = !(error instanceof Transient);
  return ApplicationFailure.create({ message, type, nonRetryable, details: [{ cure, exitCode, outcome }] });
}
