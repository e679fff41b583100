import type { ResourceKind } from '../../rules/identity/kinds.ts';
import type { Resource } from '../../rules/identity/resource.ts';
import type { AuditedChange } from '../audit/audit-writer.ts';

type Named = Pick<Resource, 'id' | 'name'>;

/** The resource that an audit entry is about. A user who has lost every kind of login has no name. */
export const subject = (
  kind: ResourceKind,
  { id, name }: Resource,
): Pick<AuditedChange, 'resource' | 'name' | 'id'> => ({ resource: kind, name: name ?? id, id });

/** The audit entry for a role that implies another one from now on, or no longer does. */
export function implication(action: 'create' | 'delete', prior: Named, implied: Named): AuditedChange {
  const link = { prior_role_id: prior.id, implied_role_id: implied.id };
  const [before, after] = action === 'create' ? [null, link] : [link, null];
  const name = `${prior.name} implies ${implied.name}`;
  return { action, resource: 'implied role', name, id: null, before, after };
}
