import type { Cells } from '../../database/cells.ts';
import {
  dropProtection,
  findProtection,
  putProtection,
  setTerminateDisabled,
} from '../../database/nova-cell/server-protection.ts';
import type { ServerProtectRequest } from '../../rules/compute/server-protection.ts';
import type { Asked } from '../../rules/run-request.ts';
import { writeAudit } from '../audit/audit-writer.ts';
import { acceptRequest, markApplied } from '../request-ledger.ts';
import { editThroughGate } from './instance-gate.ts';
import { settledRequest } from './settled-request.ts';

type Request = Asked<ServerProtectRequest>;

const operationOf = ({ reason }: Pick<Request, 'reason'>): string =>
  reason === null ? 'server unprotect' : 'server protect';

/**
 * Sets and takes off `disable_terminate`, which every nova-api honours and none can set; whoever may not change a locked
 * server may not change this either.
 */
export class ServerProtecting {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  async apply(request: Request): Promise<void> {
    const { uuid, requestId, requester, caller, reason } = request;
    const operation = operationOf(request);
    await (
      await this.#cells.databaseOf(request.cell)
    ).transactOnce(request, async (em) => {
      if (await acceptRequest(em, operation, request)) return;
      const server = await editThroughGate(em, { uuid, caller, isLockChecked: true });
      const before = await findProtection(em, uuid);
      const isProtected = reason !== null;
      await setTerminateDisabled(em, uuid, isProtected);
      if (isProtected) await putProtection(em, uuid, { requestId, reason, requester });
      else await dropProtection(em, uuid);
      const change = {
        action: isProtected ? 'protect' : 'unprotect',
        resource: 'server',
        name: server.displayName ?? uuid,
        id: uuid,
        before: { disable_terminate: server.isTerminateDisabled, reason: before?.reason ?? null },
        after: { disable_terminate: isProtected, reason },
      };
      await writeAudit(em, { ...request, operation }, [change]);
      await markApplied(em, requestId);
    });
  }

  /** Makes sure of what came of a request whose run ended without a result. */
  settle(request: Pick<Request, 'requestId' | 'cell' | 'reason'>): Promise<'applied' | 'unchanged'> {
    return settledRequest(this.#cells, operationOf(request), request);
  }
}
