import type { Cells } from '../../database/cells.ts';
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
    const operation = operationOf(request);
    return (await this.#cells.databaseOf(request.cell)).transactOnce(request, async (em) => {
      if (await acceptRequest(em, operation, request)) return null;
      const { changed, refused } = await passLocks(em, [request.uuid], request);
      if (refused[0]) throw refused[0].error;
      const [target] = changed;
      if (!target) throw notThere(request.uuid);
      await writeAudit(em, { ...request, operation }, [auditedLock(target, request)]);
      await markApplied(em, request.requestId);
      return target.intent?.leaseId ?? null;
    });
  }

  /** Makes sure of what came of a request whose run ended without a result. */
  settle(request: Named): Promise<'applied' | 'unchanged'> {
    return settledRequest(this.#cells, operationOf(request), request);
  }
}
