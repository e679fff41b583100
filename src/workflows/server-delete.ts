import type { ServerDeleteRequest, ServerOutcome } from '../rules/compute/new-server.ts';
import type { Asked } from '../rules/run-request.ts';
import { compensated, first, later, steps, stepsOn, tell } from './server-steps.ts';

/** Deletes a server: its guest on its host, then its rows, as Nova does. It is gone then, or in ERROR with a fault. */
export async function serverDelete(request: Asked<ServerDeleteRequest>): Promise<ServerOutcome> {
  const { cell, host } = request;
  const gone = { uuid: request.uuid, state: 'deleted' } as const;
  await first.beginDelete(request);
  if (cell === null) {
    await steps.finishDelete(request);
    return gone;
  }
  const begun = later(tell(request, cell, { type: 'instance.delete.start' }));
  await compensated(
    request,
    async () => {
      await stepsOn(request, host).destroyServer(request);
      await steps.finishDelete(request);
    },
    (reason) => steps.failDelete({ ...request, reason }),
  );
  await begun;
  await tell(request, cell, { type: 'instance.delete.end' });
  return gone;
}
