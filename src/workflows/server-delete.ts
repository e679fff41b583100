import type { ServerDeleteRequest, ServerOutcome } from '../rules/compute/new-server.ts';
import type { Asked } from '../rules/run-request.ts';
import { compensated, first, later, steps, stepsOn, tell } from './server-steps.ts';

/** Deletes a server: its guest on its host, then its rows, as Nova does. It is gone then, or in ERROR with a fault. */
export async function serverDelete(request: Asked<ServerDeleteRequest>): Promise<ServerOutcome> {
  const { cell, host } = request;
  const told: Promise<void>[] = [];
  await compensated(
    request,
    async () => {
      await first.beginDelete(request);
      if (cell !== null) {
        await steps.queueDelete(request);
        told.push(later(tell(request, cell, { type: 'instance.delete.start' })));
        await stepsOn(request, host).destroyServer(request);
      }
      await steps.finishDelete(request);
    },
    async ({ name, reason }) => {
      const left = await steps.failDelete({ ...request, name, reason });
      await Promise.all(told);
      return left;
    },
  );
  await Promise.all(told);
  if (cell !== null) await tell(request, cell, { type: 'instance.delete.end' });
  return { uuid: request.uuid, state: 'deleted' };
}
