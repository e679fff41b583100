import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import { pickByLease } from '../../database/nova-cell/lock-batches.ts';
import {
  dropIntents,
  endLeases,
  intentsOf,
  leaseEndsIn,
  listLeases,
} from '../../database/nova-cell/lock-intents.ts';
import type { BatchDone, BatchOf, LeaseRequest, LeaseState } from '../../rules/compute/lock-request.ts';
import type { Asked } from '../../rules/run-request.ts';
import { BATCH_SIZE, changeBatch, forgetOld, isStillOurs } from './lock-batch.ts';
import type { LockChange, LockTarget } from './lock-gate.ts';

type Request = Asked<LeaseRequest>;

const OPERATION = 'server lock (lease)';

/** Takes locks off whose time is over, by the clock of each cell's database; the rows say which, and timers only wake. */
export class LockLeases {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  /** Tells where a lease is due, and when it will be elsewhere. */
  async look({ requestId }: Pick<Request, 'requestId'>): Promise<LeaseState> {
    const { answers } = await this.#cells.each((em) => leaseEndsIn(em, requestId));
    const held = answers.flatMap(({ cell, value: ms }) => (ms === null ? [] : [{ cell: cell.uuid, ms }]));
    const waits = held.map(({ ms }) => ms).filter((ms) => ms > 0);
    return {
      due: held.filter(({ ms }) => ms <= 0).map(({ cell }) => cell),
      waitMs: waits.length === 0 ? null : Math.min(...waits),
    };
  }

  /**
   * Takes the next locks of a cell off that are still the lease's own. Of others, which somebody changed since, the lease
   * ends and the lock stays.
   */
  async end({ requestId, cell, after, batch }: Request & BatchOf): Promise<BatchDone> {
    const isOfLease = (target: LockTarget): boolean => target.intent?.leaseId === requestId;
    const database = await this.#cells.databaseOf(cell);
    return database.transactOnce({ requestId }, async (em) => {
      if (after === 0) await forgetOld(em);
      return changeBatch(em, {
        requestId,
        operation: OPERATION,
        batch,
        pick: () => pickByLease(em, requestId, { after, size: BATCH_SIZE }),
        asked: ({ uuids }) => unlockAsked(em, uuids, requestId),
        isWanted: (target) => isOfLease(target) && isStillOurs(target),
        after: async ({ left, refused }, picked) => {
          const stay = [...left, ...refused];
          await endLeases(em, uuidsOf(stay.filter(isOfLease)));
          const there = new Set(uuidsOf(stay));
          await dropIntents(
            em,
            picked.uuids.filter((uuid) => !there.has(uuid)),
          );
        },
      });
    });
  }

  /** Lists the leases of all cells that answer: those that have ended so many seconds ago, or (null) all. */
  async list(endedSeconds: number | null): Promise<string[]> {
    const { answers } = await this.#cells.each((em) => listLeases(em, endedSeconds));
    return [...new Set(answers.flatMap(({ value }) => value))];
  }
}

/** A lease ends as whoever has locked; null where its locks were all taken off, or replaced, meanwhile. */
async function unlockAsked(em: EntityManager, uuids: string[], leaseId: string): Promise<LockChange | null> {
  const intents = [...(await intentsOf(em, uuids)).values()];
  const intent = intents.find((each) => each.leaseId === leaseId);
  if (!intent) return null;
  const { caller, requester } = intent;
  return { locking: { kind: 'unlock' }, requestId: leaseId, caller, requester };
}

const uuidsOf = (targets: { row: { uuid: string } }[]): string[] => targets.map(({ row }) => row.uuid);
