import type { EntityManager } from '@mikro-orm/postgresql';
import {
  type Batch,
  findBatch,
  keepBatch,
  type PickedServers,
} from '../../database/nova-cell/lock-batches.ts';
import { hasLock } from '../../rules/compute/instance-lock.ts';
import type { BatchDone } from '../../rules/compute/lock-request.ts';
import { writeAudit } from '../audit/audit-writer.ts';
import { auditedLock } from './lock-audit.ts';
import { type LockChange, type LockTarget, type Passed, passLocks } from './lock-gate.ts';

/** So many servers are changed in one transaction, and told of in one step. */
export const BATCH_SIZE = 1000;

type Work = {
  operation: string;
  /** Tells this batch from the others of the request. */
  batch: string;
  pick: () => Promise<PickedServers>;
  isWanted: (target: LockTarget) => boolean;
  /** Is told of all, in the same transaction. */
  after?: (passed: Passed, picked: PickedServers) => Promise<void>;
};

/** Changes the locks of picked servers, once: a repeated attempt gives what the first one has done. */
export async function changeBatch(em: EntityManager, change: LockChange, work: Work): Promise<Batch> {
  const { requestId, caller, requester } = change;
  const { operation, batch, pick, isWanted, after } = work;
  const done = await findBatch(em, requestId, batch);
  if (done) return done;
  const picked = await pick();
  const passed = await passLocks(em, picked.uuids, change, isWanted);
  await writeAudit(
    em,
    { requestId, requester, operation },
    passed.changed.map((target) => auditedLock(target, change)),
  );
  await after?.(passed, picked);
  const result = {
    servers: passed.changed.map(({ row }) => row.uuid),
    left: passed.left.length,
    refused: passed.refused.length,
    last: picked.uuids.length < BATCH_SIZE ? null : picked.last,
    askedBy: { caller, requester },
  };
  await keepBatch(em, requestId, batch, result);
  return result;
}

/** Whether the lock that is there is the one that keyward has put on: neither another's nor taken off. */
export const isStillOurs = ({ row, intent }: LockTarget): boolean =>
  intent !== null && intent.isNewest && hasLock(row);

export const countsOf = ({ servers, left, refused, last }: Batch): BatchDone => ({
  changed: servers.length,
  left,
  refused,
  last,
});
