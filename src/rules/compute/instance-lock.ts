import { RuleError } from '../errors.ts';
import type { Caller } from './caller.ts';
import type { Server } from './server.ts';

/** Whose lock it is. NOTE: nova/compute/api.py, lock: whoever acts in the server's project counts as its owner. */
export type LockedBy = 'owner' | 'admin';
type Owned = Pick<Server, 'projectId'>;
/** As much of a server as its locks depend on. */
export type Lockable = Pick<Server, 'uuid' | 'projectId' | 'isLocked' | 'lockedBy'>;
export type LockKind = 'lock' | 'unlock';

/** Tells as whom somebody acts on a server: who is of no project, or of another one, can only be an admin. */
export const roleOver = ({ projectId }: Caller, server: Owned): LockedBy =>
  projectId !== null && projectId === server.projectId ? 'owner' : 'admin';

/** Refuses a change of a locked server to whoever is no admin. NOTE: nova/compute/api.py, check_instance_lock. */
export function assertUnlocked(server: Lockable & Pick<Server, 'lockedReason'>, caller: Caller): void {
  const { uuid, isLocked, lockedReason } = server;
  if (!isLocked || roleOver(caller, server) === 'admin') return;
  const why = lockedReason === null ? '' : ` The reason is: ${lockedReason}`;
  throw new RuleError('InstanceLocked', `Instance ${uuid} is locked.${why}`, {
    cure: 'Unlock it first, or act as an admin (without --os-project-name and --os-project-id).',
    outcome: 'unchanged',
  });
}

/** Nova keeps a lock in two columns; where they differ, it takes either for a lock somewhere. */
export const hasLock = ({ isLocked, lockedBy }: Pick<Lockable, 'isLocked' | 'lockedBy'>): boolean =>
  isLocked || lockedBy !== null;

/**
 * Refuses a change of a lock to whoever may not make it: an admin's lock is an admin's to undo or to change. Nova refuses
 * only to undo it, in these words, and answers an owner's lock on top of it as if it had been made.
 */
export function assertMayLock(kind: LockKind, server: Lockable, caller: Caller): void {
  if (server.lockedBy !== 'admin' || roleOver(caller, server) === 'admin') return;
  const message =
    kind === 'unlock'
      ? "Policy doesn't allow os_compute_api:os-lock-server:unlock:unlock_override to be performed."
      : `Instance ${server.uuid} is locked by an admin, whose lock its owner can't replace.`;
  throw new RuleError('AdminLock', message, {
    cure: `An admin locked it (\`keyward server show ${server.uuid}\`): ask them, or act as an admin (without --os-project-name and --os-project-id).`,
    outcome: 'unchanged',
  });
}
