import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import type { Requester } from '../../rules/requester.ts';

/** Who asked for a change, under which request, and by which command. */
export type Actor = { requestId: string; operation: string; requester: Requester };

/** One change for the audit. `before` and `after` tell what the resource looked like; secrets are never in them. */
export type AuditedChange = {
  action: string;
  resource: string;
  name: string;
  id: string | null;
  before: object | null;
  after: object | null;
};

const ROWS_PER_STATEMENT = 1000;

/** Writes changes to the audit, in the transaction of `em`: an entry is there exactly if its change is. */
export async function writeAudit(em: EntityManager, actor: Actor, changes: AuditedChange[]): Promise<void> {
  const rows = changes.map((change) => asRow(actor, change));
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT)
    await em.insertMany(AuditEntry, rows.slice(from, from + ROWS_PER_STATEMENT) as never[]);
}

const asRow = (
  { requestId, operation, requester }: Actor,
  { action, resource, name, id, before, after }: AuditedChange,
) => ({
  requestId,
  operation,
  action,
  resourceType: resource,
  resourceName: name,
  resourceId: id,
  before,
  after,
  requesterUser: requester.user,
  requesterSudoUser: requester.sudoUser,
  requesterHost: requester.host,
});
