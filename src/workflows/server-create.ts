import type { ServerCreateRequest, ServerOutcome } from '../rules/compute/new-server.ts';
import type { Asked } from '../rules/run-request.ts';
import { compensated, first, later, steps, stepsOn, tell } from './server-steps.ts';

/** Makes a server: its rows as a Nova's, its guest on its host. It ends in ACTIVE, or in ERROR with a fault. */
export async function serverCreate(request: Asked<ServerCreateRequest>): Promise<ServerOutcome> {
  const { cell, host } = request.server;
  await first.acceptServer(request);
  const started = await compensated(
    request,
    async () => {
      await steps.placeServer(request);
      const begun = later(tell(request, cell, { type: 'instance.create.start' }));
      await stepsOn(request, host).spawnServer(request);
      await steps.finishServer(request);
      return { begun };
    },
    async (reason, name) => {
      await steps.failServer({ ...request, reason });
      await tell(request, cell, { type: 'instance.create.error', name, message: reason });
    },
  );
  await started.begun;
  await tell(request, cell, { type: 'instance.create.end' });
  return { uuid: request.uuid, state: 'active' };
}
