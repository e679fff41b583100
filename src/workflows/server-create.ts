import type { ServerCreateRequest, ServerOutcome } from '../rules/compute/new-server.ts';
import type { Asked } from '../rules/run-request.ts';
import { compensated, first, later, steps, stepsOn, tell } from './server-steps.ts';

/** Makes a server: its rows as a Nova's, its guest on its host. It ends in ACTIVE, or in ERROR with a fault. */
export async function serverCreate(request: Asked<ServerCreateRequest>): Promise<ServerOutcome> {
  const { cell, host } = request.server;
  const told: Promise<void>[] = [];
  await compensated(
    request,
    async () => {
      await first.acceptServer(request);
      await steps.placeServer(request);
      told.push(later(tell(request, cell, { type: 'instance.create.start' })));
      await stepsOn(request, host).spawnServer(request);
      await steps.finishServer(request);
    },
    async ({ name, reason }) => {
      const left = await steps.failServer({ ...request, name, reason });
      await Promise.all(told);
      if (left === 'error')
        await tell(request, cell, { type: 'instance.create.error', name, message: reason });
      return left;
    },
  );
  await Promise.all(told);
  await tell(request, cell, { type: 'instance.create.end' });
  return { uuid: request.uuid, state: 'active' };
}
