import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import {
  countBatches,
  pickByFilter,
  pickByRequest,
  type PickedServers,
} from '../../database/nova-cell/lock-batches.ts';
import { leasesOf } from '../../database/nova-cell/lock-intents.ts';
import { nameOf } from '../../rules/compute/cell.ts';
import { hasLock } from '../../rules/compute/instance-lock.ts';
import type {
  BatchDone,
  BatchOf,
  CellOutcome,
  FleetFilter,
  FleetLockRequest,
  FleetOutcome,
} from '../../rules/compute/lock-request.ts';
import type { Asked } from '../../rules/run-request.ts';
import { acceptRequest, markApplied, wasApplied, withdrawRequest } from '../request-ledger.ts';
import { BATCH_SIZE, changeBatch, forgetOld, isStillOurs } from './lock-batch.ts';
import type { LockTarget } from './lock-gate.ts';

type Request = Asked<FleetLockRequest>;
type Named = Pick<Request, 'requestId' | 'locking'>;

const operationOf = ({ locking }: Pick<Request, 'locking'>): string => `server ${locking.kind} (fleet)`;

/** Locks and unlocks many servers, some at a time, cell by cell. */
export class FleetLocks {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  /** Lists the cells in which servers may be. */
  async cells(): Promise<{ uuid: string; name: string }[]> {
    return (await this.#cells.list()).map((cell) => ({ uuid: cell.uuid, name: nameOf(cell) }));
  }

  /**
   * Takes the request up in a cell, which refuses it where it is too old or was withdrawn. Gives the ids of the leases that
   * end with the locks of the run that it is about.
   */
  begin(request: Request & { cell: string }): Promise<string[]> {
    const { selection } = request;
    return this.#transact(request, async (em) => {
      await acceptRequest(em, operationOf(request), request);
      await forgetOld(em);
      return selection.by === 'run' ? leasesOf(em, selection.requestId) : [];
    });
  }

  /** Changes the locks of the next servers of a cell; with the last ones all is done there. */
  change(request: Request & BatchOf): Promise<BatchDone> {
    const { requestId, selection, after, batch } = request;
    return this.#transact(request, async (em) => {
      await wasApplied(em, requestId, { isBegun: true });
      const done = await changeBatch(em, {
        requestId,
        operation: operationOf(request),
        batch,
        pick: () => pickFleet(em, selection, after),
        asked: () => Promise.resolve(request),
        isWanted: (target) => isWanted(target, selection),
      });
      if (done.last === null) await markApplied(em, requestId);
      return done;
    });
  }

  /** Sees to it that nothing more is changed in a cell. */
  async stop(request: Request & { cell: string }): Promise<void> {
    await this.#transact(request, (em) => withdrawRequest(em, operationOf(request), request.requestId));
  }

  /**
   * Makes sure that a request changes nothing more, and tells what it has changed; null: nothing, and it never will. A cell
   * that does not answer throws.
   */
  async settle(request: Named): Promise<{ outcome: FleetOutcome; isDone: boolean } | null> {
    const cells: CellOutcome[] = [];
    let isDone = true;
    for (const cell of await this.#cells.list()) {
      const [isWithdrawn, counts] = await this.#cells
        .database(cell)
        .transactOnce(null, async (em) => [
          await withdrawRequest(em, operationOf(request), request.requestId),
          await countBatches(em, request.requestId),
        ]);
      isDone &&= !isWithdrawn;
      cells.push({ cell: nameOf(cell), ...counts, error: isWithdrawn ? 'The run was ended before.' : null });
    }
    const isNothing = cells.every(({ changed }) => changed === 0);
    return isNothing && !isDone ? null : { outcome: { cells }, isDone };
  }

  async #transact<T>(
    request: { requestId: string; cell: string },
    work: (em: EntityManager) => Promise<T>,
  ): Promise<T> {
    return (await this.#cells.databaseOf(request.cell)).transactOnce(request, work);
  }
}

function pickFleet(
  em: EntityManager,
  selection: FleetLockRequest['selection'],
  after: number,
): Promise<PickedServers> {
  const page = { after, size: BATCH_SIZE };
  return selection.by === 'run'
    ? pickByRequest(em, selection.requestId, page)
    : pickByFilter(em, filterOf(selection.filter), page);
}

/** A server that is locked already is left as it is, unless by force; a run's locks are taken off where they are still its. */
const isWanted = (target: LockTarget, selection: FleetLockRequest['selection']): boolean =>
  selection.by === 'run'
    ? target.intent?.requestId === selection.requestId && isStillOurs(target)
    : selection.force || !hasLock(target.row);

const filterOf = (filter: FleetFilter) =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null));
