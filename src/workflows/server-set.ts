import { CancellationScope } from '@temporalio/workflow';
import type { ServerOutcome, ServerSetRequest } from '../rules/compute/new-server.ts';
import type { Asked } from '../rules/run-request.ts';
import { first, tell } from './server-steps.ts';

/** Changes what a server is called and labelled with, and tells of it. */
export async function serverSet(request: Asked<ServerSetRequest>): Promise<ServerOutcome> {
  const { cell, uuid, patch } = request;
  const oldName = await first.setServer(request);
  const hasNewTags = patch.tags.length > 0;
  // It is done, whoever cancels the run now.
  await CancellationScope.nonCancellable(() =>
    tell(request, cell, { type: 'instance.update', oldName, hasNewTags }),
  );
  return { uuid, state: 'changed' };
}
