import type { ServerProtectRequest } from '../rules/compute/server-protection.ts';
import type { ServerOutcome } from '../rules/compute/new-server.ts';
import type { Asked } from '../rules/run-request.ts';
import { firstLock } from './lock-steps.ts';

/** Protects a server against its deletion, or takes that off. */
export async function serverProtect(request: Asked<ServerProtectRequest>): Promise<ServerOutcome> {
  await firstLock.protectServer(request);
  return { uuid: request.uuid, state: 'changed' };
}
