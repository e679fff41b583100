import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import {
  isUnreadable,
  UNREADABLE_CURE,
  UNREADABLE_MESSAGE,
  UNREADABLE_TYPE,
} from '../rules/unreadable-payload.ts';

/**
 * Ends a run whose input this worker can't decrypt. A codec that throws would only fail the workflow task, which
 * Temporal retries for ever.
 */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      async execute(input, next) {
        if (!input.args.some(isUnreadable)) return next(input);
        throw ApplicationFailure.nonRetryable(UNREADABLE_MESSAGE, UNREADABLE_TYPE, {
          cure: UNREADABLE_CURE,
          exitCode: 69,
        });
      },
    },
  ],
});
