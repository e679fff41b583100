import type { EntityManager } from '@mikro-orm/postgresql';
import { failInstance } from '../../database/nova-cell/instance-changes.ts';
import { lockInstance } from '../../database/nova-cell/instance.repository.ts';
import { findServer } from '../../database/nova-cell/server.repository.ts';
import { faultOf } from '../../rules/compute/fault.ts';
import type { Left, Reason } from '../../rules/compute/lost-server.ts';
import { type Change, endChange, findChange } from './noted-change.ts';

/** Leaves a server in ERROR with a fault whose change can't go on; as it is where the change is done, or the server gone. */
export async function failChange(
  em: EntityManager,
  change: Change,
  { name, reason, host }: Reason & { host: string },
): Promise<Left> {
  const { uuid, kind } = change;
  await lockInstance(em, uuid);
  const noted = await findChange(em, change);
  const server = await findServer(em, uuid);
  if (!server || server.isDeleted) return 'gone';
  if (noted?.result === 'Success') return 'done';
  if (noted?.result === null) {
    const message = faultOf(kind, name);
    await failInstance(em, { uuid, host, message, details: reason });
    await endChange(em, change, message);
  }
  return 'error';
}
