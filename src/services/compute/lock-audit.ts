import type { AuditedChange } from '../audit/audit-writer.ts';
import { hasLock, type LockedBy, roleOver } from '../../rules/compute/instance-lock.ts';
import type { LockChange, LockTarget } from './lock-gate.ts';

type Told = { locked: boolean; locked_by: LockedBy | null; locked_reason: string | null };
const UNLOCKED: Told = { locked: false, locked_by: null, locked_reason: null };

/** Says of a lock that was changed what it was and what it is. */
export const auditedLock = ({ row }: LockTarget, { locking, caller }: LockChange): AuditedChange => ({
  action: locking.kind,
  resource: 'server',
  name: row.name ?? row.uuid,
  id: row.uuid,
  before: { locked: hasLock(row), locked_by: row.lockedBy, locked_reason: row.reason } satisfies Told,
  after:
    locking.kind === 'unlock'
      ? UNLOCKED
      : {
          locked: true,
          locked_by: roleOver(caller, row),
          locked_reason: locking.reason,
          ...untilOf(locking),
        },
});

function untilOf({ lease }: Extract<LockChange['locking'], { kind: 'lock' }>): { until?: string } {
  if (lease === null) return {};
  return { until: 'at' in lease.until ? lease.until.at : `${lease.until.seconds} s later` };
}
