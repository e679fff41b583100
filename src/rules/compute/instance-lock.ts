import { RuleError } from '../errors.ts';
import type { Caller } from './caller.ts';
import type { Server } from './server.ts';

/** Refuses a change of a locked server to whoever is no admin. NOTE: nova/compute/api.py, check_instance_lock. */
export function assertUnlocked(
  { uuid, isLocked, lockedReason }: Pick<Server, 'uuid' | 'isLocked' | 'lockedReason'>,
  caller: Caller,
): void {
  const isAdmin = caller.projectId === null;
  if (!isLocked || isAdmin) return;
  const why = lockedReason === null ? '' : ` The reason is: ${lockedReason}`;
  throw new RuleError('InstanceLocked', `Instance ${uuid} is locked.${why}`, {
    cure: 'Unlock it first, or act as an admin (without --os-project-name and --os-project-id).',
    outcome: 'unchanged',
  });
}
