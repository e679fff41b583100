import type { EntityManager } from '@mikro-orm/postgresql';
import {
  type Batch,
  findBatch,
  forgetBatches,
  keepBatch,
  type PickedServers,
} from '../../database/nova-cell/lock-batches.ts';
import { forgetGone } from '../../database/nova-cell/lock-intents.ts';
import type { BatchDone } from '../../rules/compute/lock-request.ts';
import { writeAudit } from '../audit/audit-writer.ts';
import { auditedLock } from './lock-audit.ts';
import { type LockChange, type LockTarget, type Passed, passLocks } from './lock-gate.ts';

/** So many servers are changed in one transaction, and told of in one step. */
export const BATCH_SIZE = 1000;

type Work = {
  requestId: string;
  operation: string;
  /** Tells this batch from the others of the request. */
  batch: string;
  pick: () => Promise<PickedServers>;
  /** Gives what is asked of those that were picked; null: nothing of any. */
  asked: (picked: PickedServers) => Promise<LockChange | null>;
  isWanted: (target: LockTarget) => boolean;
  /** Is told of all, in the same transaction. */
  after?: (passed: Passed, picked: PickedServers) => Promise<void>;
};

const NOTHING: BatchDone = { changed: 0, left: 0, refused: 0, last: null };

/** Changes the locks of picked servers, once: a repeated attempt gives what the first one has done. */
export async function changeBatch(em: EntityManager, work: Work): Promise<BatchDone> {
  const { requestId, operation, batch, pick, asked, isWanted, after } = work;
  const done = await findBatch(em, requestId, batch);
  if (done) return countsOf(done);
  const picked = await pick();
  const change = await asked(picked);
  if (!change) return NOTHING;
  const { caller, requester } = change;
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
    locking: change.locking,
    askedBy: { caller, requester },
  };
  await keepBatch(em, requestId, batch, result);
  return countsOf(result);
}

const countsOf = ({ servers, left, refused, last }: Batch): BatchDone => ({
  changed: servers.length,
  left,
  refused,
  last,
});

/** Whether nobody has locked or unlocked the server since keyward has, also where the lock itself was lost meanwhile. */
export const isStillOurs = ({ intent }: LockTarget): boolean => intent !== null && intent.isNewest;

/** Forgets batches that are long over, and locks of servers that are gone. */
export async function forgetOld(em: EntityManager): Promise<void> {
  await forgetBatches(em);
  await forgetGone(em);
}
