import { ApplicationFailure } from '@temporalio/common';
import { RuleError, Transient } from '../rules/errors.ts';
import { type ClaimedResult, type Asked, isSameStep, type StepClaim } from '../rules/run-request.ts';
import type { Target } from '../rules/target.ts';
import { unusable } from '../rules/unusable-payload.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- inputs and results are each activity's own
type Activities = Record<string, (input: any) => Promise<any>>;
/** An activity gets a workflow's request, or an object that holds one beside more. */
type Input = Partial<Asked> & { request?: Partial<Asked> };
type Wrapped = (input: Input | undefined, claim: StepClaim | undefined) => Promise<ClaimedResult>;

/**
 * Wraps activities: a request for another step, run or database is refused before anything is touched, a result says
 * which step it was made for, and a broken rule becomes a failure that keeps its name, cure and exit code and is not
 * retried (unless it may pass by itself).
 */
export function withRuleFailures(target: Target, activities: Activities): Record<string, Wrapped> {
  const wrapped = Object.entries(activities).map(([step, activity]): [string, Wrapped] => [
    step,
    async (input, claim) => {
      try {
        const made = claimed(step, input, claim);
        assertTarget(target, input);
        return { claim: made, result: await activity(input) };
      } catch (error) {
        throw asFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped);
}

const requestIn = (input: Input | undefined): Partial<Asked> | undefined => input?.request ?? input;

function claimed(step: string, input: Input | undefined, claim: StepClaim | undefined): StepClaim {
  const { workflow, requestId } = requestIn(input) ?? {};
  if (workflow === undefined || requestId === undefined || !isSameStep(claim, { step, workflow, requestId }))
    throw unusable('PayloadForged');
  return claim;
}

function assertTarget(target: Target, input: Input | undefined): void {
  const wanted = requestIn(input)?.target;
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
