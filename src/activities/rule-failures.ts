import { ApplicationFailure } from '@temporalio/common';
import { RuleError, Transient } from '../rules/errors.ts';
import type { Target } from '../rules/target.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- inputs and results are each activity's own
type Activities = Record<string, (input: any) => Promise<any>>;

/**
 * Wraps activities: a broken rule becomes a failure that keeps its name, cure and exit code and is not retried (unless
 * it may pass by itself), and a request for another target's database is refused before anything is touched.
 */
export function withRuleFailures<T extends Activities>(target: Target, activities: T): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (input: unknown) => {
      try {
        assertTarget(target, input);
        return await activity(input);
      } catch (error) {
        throw asFailure(error);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}

function assertTarget(target: Target, input: unknown): void {
  const { target: asked, request } = (input ?? {}) as { target?: Target; request?: { target?: Target } };
  const wanted = asked ?? request?.target;
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
