import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditEntry } from '../../database/keyward/audit-entry.entity.ts';
import type { Requester } from '../../rules/requester.ts';
import type { Resource, ResourceKind } from '../../rules/identity/resource.ts';

/** On whose behalf something is changed, and by which command. */
export type Actor = { requestId: string; operation: string; requester: Requester };

/** One change for the audit. `before` and `after` are what the resource looked like; secrets are never in them. */
export type AuditedChange = {
  action: string;
  resource: string;
  name: string;
  id: string | null;
  before: object | null;
  after: object | null;
};

/** Whom a change is of. A user whose login of whatever kind is gone has no name. */
export const subject = (
  kind: ResourceKind,
  { id, name }: Resource,
): Pick<AuditedChange, 'resource' | 'name' | 'id'> => ({ resource: kind, name: name ?? id, id });

/** That one role implies another, or no longer does. */
export function implication(
  action: 'create' | 'delete',
  prior: Pick<Resource, 'id' | 'name'>,
  implied: Pick<Resource, 'id' | 'name'>,
): AuditedChange {
  const link = { prior_role_id: prior.id, implied_role_id: implied.id };
  const [before, after] = action === 'create' ? [null, link] : [link, null];
  const name = `${prior.name} implies ${implied.name}`;
  return { action, resource: 'implied role', name, id: null, before, after };
}

const ROWS_PER_STATEMENT = 1000;

/** Writes changes to the audit, in the transaction of `em`: they are there exactly if what they tell of is. */
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
