import { createHash } from 'node:crypto';
import type { DatabaseAddress } from '../rules/database-address.ts';
import type { Target } from '../rules/target.ts';

/** The same database gives the same target, whoever connects to it. `server` names one better than its host does. */
export function targetOf({ host, port, database }: DatabaseAddress, server: string = host): Target {
  return createHash('sha256')
    .update(JSON.stringify([server, port, database]))
    .digest('hex')
    .slice(0, 12);
}
