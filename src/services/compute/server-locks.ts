import type { Cells } from '../../database/cells.ts';
import { type Batch, keepBatch } from '../../database/nova-cell/lock-batches.ts';
import type { ServerLockRequest } from '../../rules/compute/lock-request.ts';
import type { Asked } from '../../rules/run-request.ts';
import { writeAudit } from '../audit/audit-writer.ts';
import { acceptRequest, markApplied } from '../request-ledger.ts';
import { notThere } from './instance-gate.ts';
import { settledRequest } from './settled-request.ts';
import { auditedLock } from './lock-audit.ts';
import { passLocks } from './lock-gate.ts';

type Request = Asked<ServerLockRequest>;
type Named = Pick<Request, 'requestId' | 'cell' | 'locking'>;

const operationOf = ({ locking }: Pick<Request, 'locking'>): string => `server ${locking.kind}`;

/** A single lock is a batch of one, so that it is told of also where its run is ended. */
const batchOf = ({ uuid, locking, caller, requester }: Request): Batch => ({
  servers: [uuid],
  left: 0,
  refused: 0,
  last: null,
  locking,
  askedBy: { caller, requester },
});

/** Locks and unlocks a server, as nova-api does by itself, on whosever host it is. */
export class ServerLocks {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  /**
   * Gives the id of the lease that the change has ended, null where there was none, or where this is a repeated attempt: then
   * the first one has changed the lock.
   */
  async apply(request: Request): Promise<string | null> {
    const { requestId } = request;
    const operation = operationOf(request);
    return (await this.#cells.databaseOf(request.cell)).transactOnce(request, async (em) => {
      if (await acceptRequest(em, operation, request)) return null;
      const { changed, refused } = await passLocks(em, [request.uuid], request);
      if (refused[0]) throw refused[0].error;
      const [target] = changed;
      if (!target) throw notThere(request.uuid);
      await writeAudit(em, { ...request, operation }, [auditedLock(target, request)]);
      await keepBatch(em, requestId, requestId, batchOf(request));
      await markApplied(em, requestId);
      return target.intent?.leaseId ?? null;
    });
  }

  /** Makes sure of what came of a request whose run ended without a result. */
  settle(request: Named): Promise<'applied' | 'unchanged'> {
    return settledRequest(this.#cells, operationOf(request), request);
  }
}
