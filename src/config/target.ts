import { createHash } from 'node:crypto';
import type { DatabaseAddress } from '../rules/database-address.ts';
import type { Target } from '../rules/target.ts';

/** Gives the same target for the same database, whoever connects to it; `server` may name it better than its host. */
export function targetOf({ host, port, database }: DatabaseAddress, server: string = host): Target {
  return createHash('sha256')
    .update(JSON.stringify([server, port, database]))
    .digest('hex')
    .slice(0, 12);
}
