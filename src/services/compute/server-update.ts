import type { EntityManager } from '@mikro-orm/postgresql';
import type { Cells } from '../../database/cells.ts';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import { addTags, putMetadata, renameInstance } from '../../database/nova-cell/instance-labels.ts';
import { assertTagCount } from '../../rules/compute/boot.ts';
import type { ServerSetRequest } from '../../rules/compute/new-server.ts';
import type { Server } from '../../rules/compute/server.ts';
import type { Asked } from '../../rules/run-request.ts';
import { writeAudit } from '../audit/audit-writer.ts';
import { acceptRequest, markApplied } from '../request-ledger.ts';
import { editThroughGate } from './instance-gate.ts';
import { settledRequest } from './settled-request.ts';

const OPERATION = 'server set';
type Request = Asked<ServerSetRequest>;

/** Changes what a server is called and labelled with, as nova-api does by itself, on whosever host it is. */
export class ServerUpdate {
  readonly #cells: Cells;

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  /** Gives the name that the server had before. */
  async apply(request: Request): Promise<string | null> {
    const { uuid, requestId, caller, patch } = request;
    return (await this.#cells.databaseOf(request.cell)).transactOnce(request, async (em) => {
      if (await acceptRequest(em, OPERATION, request)) return nameBefore(em, requestId);
      const { name, description, properties, tags } = patch;
      const isLockChecked = Object.keys(properties).length > 0;
      const server = await editThroughGate(em, { uuid, caller, isLockChecked });
      assertTagCount(new Set([...server.tags, ...tags]).size);
      await renameInstance(em, uuid, { name, description });
      await putMetadata(em, uuid, properties);
      await addTags(em, uuid, tags);
      await writeAudit(em, { ...request, operation: OPERATION }, [audited(server, request)]);
      await markApplied(em, requestId);
      return server.displayName;
    });
  }

  /** Makes sure of what came of a request whose run ended without a result. */
  settle(request: Pick<Request, 'requestId' | 'cell'>): Promise<'applied' | 'unchanged'> {
    return settledRequest(this.#cells, OPERATION, request);
  }
}

/** A repeated attempt finds in the audit what the first one changed. */
async function nameBefore(em: EntityManager, requestId: string): Promise<string | null> {
  const entry = await em.findOne(AuditEntry, { requestId, operation: OPERATION });
  return (entry?.before as { name?: string | null } | null)?.name ?? null;
}

const audited = (server: Server, { uuid, patch }: Request) => ({
  action: 'update',
  resource: 'server',
  name: server.displayName ?? uuid,
  id: uuid,
  before: {
    name: server.displayName,
    description: server.displayDescription,
    metadata: server.metadata,
    tags: server.tags,
  },
  after: patch,
});
