import type { Cells } from '../../database/cells.ts';
import { type Batch, findBatch, pickByLease } from '../../database/nova-cell/lock-batches.ts';
import {
  dropIntents,
  endLeases,
  intentsOf,
  leaseEndsIn,
  listLeases,
} from '../../database/nova-cell/lock-intents.ts';
import { nameOf } from '../../rules/compute/cell.ts';
import type { BatchDone, BatchOf, LeaseRequest, LeaseState } from '../../rules/compute/lock-request.ts';
import type { Asked } from '../../rules/run-request.ts';
import { BATCH_SIZE, changeBatch, countsOf, isStillOurs } from './lock-batch.ts';

type Request = Asked<LeaseRequest>;

const OPERATION = 'server lock (lease)';
const DONE: BatchDone = { changed: 0, left: 0, refused: 0, last: null };

/** Takes locks off whose time is over, by the clock of each cell's database; the rows say which, and timers only wake. */
export class LockLeases {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  /** Tells where a lease is due, and when it will be elsewhere. */
  async look({ requestId }: Pick<Request, 'requestId'>): Promise<LeaseState> {
    const { answers, failures } = await this.#cells.each((em) => leaseEndsIn(em, requestId));
    const waits = answers.flatMap(({ value }) => (value === null ? [] : [value]));
    return {
      due: answers.filter(({ value }) => value !== null && value <= 0).map(({ cell }) => cell.uuid),
      waitMs: waits.length === 0 ? null : Math.max(0, Math.min(...waits)),
      unseen: failures.map(({ cell }) => nameOf(cell)),
    };
  }

  /**
   * Takes the next locks of a cell off that are still the lease's own. Of others, which somebody changed since, the lease
   * ends and the lock stays.
   */
  async end({ requestId, cell, after, batch }: Request & BatchOf): Promise<BatchDone> {
    const database = await this.#cells.databaseOf(cell);
    return database.transactOnce({ requestId }, async (em) => {
      const done = await findBatch(em, requestId, batch);
      if (done) return countsOf(done);
      const picked = await pickByLease(em, requestId, { after, size: BATCH_SIZE });
      const intents = [...(await intentsOf(em, picked.uuids)).values()];
      const intent = intents.find(({ leaseId }) => leaseId === requestId);
      if (!intent) return DONE;
      const { caller, requester } = intent;
      const change = { locking: { kind: 'unlock' as const }, requestId, caller, requester };
      const ended: Batch = await changeBatch(em, change, {
        operation: OPERATION,
        batch,
        pick: () => Promise.resolve(picked),
        isWanted: (target) => target.intent?.leaseId === requestId && isStillOurs(target),
        after: async ({ left, refused }) => {
          const stay = [...left, ...refused].filter((each) => each.intent?.leaseId === requestId);
          await endLeases(em, uuidsOf(stay));
          const there = new Set(uuidsOf([...left, ...refused]));
          await dropIntents(
            em,
            picked.uuids.filter((uuid) => !there.has(uuid)),
          );
        },
      });
      return countsOf(ended);
    });
  }

  /**
   * Lists the leases of all cells that answer: those that have ended so many seconds ago, or (null) all. `isWhole`: all cells
   * have answered.
   */
  async list(endedSeconds: number | null): Promise<{ ids: string[]; isWhole: boolean }> {
    const { answers, failures } = await this.#cells.each((em) => listLeases(em, endedSeconds));
    const ids = new Set(answers.flatMap(({ value }) => value));
    return { ids: [...ids], isWhole: failures.length === 0 };
  }
}

const uuidsOf = (targets: { row: { uuid: string } }[]): string[] => targets.map(({ row }) => row.uuid);
