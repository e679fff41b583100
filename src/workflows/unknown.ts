import { ApplicationFailure } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import { ExitCode } from '../rules/errors.ts';

/**
 * Stands for every workflow that this build does not have, and ends its run. Without it the worker would fail the
 * workflow's task, which Temporal retries for ever.
 */
export default async function unknownWorkflow(): Promise<never> {
  const { workflowType, currentDeploymentVersion } = workflowInfo();
  const build = currentDeploymentVersion ? `build ${currentDeploymentVersion.buildId}` : 'another build';
  throw ApplicationFailure.nonRetryable(
    `The worker that took the run (${build}) has no workflow '${workflowType}'.`,
    'UnknownWorkflow',
    {
      cure: 'Use one version of keyward on all hosts, restart their workers, and run the command again.',
      exitCode: ExitCode.unavailable,
    },
  );
}
