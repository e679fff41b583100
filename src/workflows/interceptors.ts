import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { workflowInfo } from '@temporalio/workflow';
import { type ClaimedResult, isSameStep, type Asked, type StepClaim } from '../rules/run-request.ts';
import { unusable } from '../rules/unusable-payload.ts';

/**
 * Makes sure that a run does what it was asked for: its input must have been made for this workflow, and each result
 * for the step that takes it. The codec makes sure that they belong to this run.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let request: Partial<Asked> = {};
  return {
    inbound: [
      {
        async execute(input, next) {
          request = (input.args[0] ?? {}) as Partial<Asked>;
          const { workflowType } = workflowInfo();
          if (request.workflow !== undefined && request.workflow !== workflowType) throw forged();
          return next(input);
        },
      },
    ],
    outbound: [
      {
        async scheduleActivity(input, next) {
          const { requestId = '' } = request;
          const claim: StepClaim = {
            workflow: workflowInfo().workflowType,
            requestId,
            step: input.activityType,
          };
          const given = await next({ ...input, args: [...input.args, claim] });
          // An input that names no workflow is a recorded history's, whose results have no claim around them.
          return request.workflow === undefined ? given : resultFor(claim, given);
        },
      },
    ],
  };
};

function resultFor(claim: StepClaim, given: unknown): unknown {
  const { claim: made, result } = (given ?? {}) as Partial<ClaimedResult>;
  if (!isSameStep(made, claim)) throw forged();
  return result;
}

function forged(): ApplicationFailure {
  const { name, message, cure, exitCode } = unusable('PayloadForged');
  return ApplicationFailure.nonRetryable(message, name, { cure, exitCode });
}
