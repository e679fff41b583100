import type { EntityManager } from '@mikro-orm/postgresql';
import type { ResourceKind } from '../../rules/identity/kinds.ts';
import { AMONG } from '../among.ts';
import { hasTable } from '../has-table.ts';

/** A change of `immutable` in the audit; `value` is what it became, as JSON's text. */
type FlagChange = { id: string; value: string | null; at: string; by: string };

/** The last change of each resource's `immutable`, by its id; none where keyward has never written. */
export async function lastFlagChanges(
  em: EntityManager,
  kind: ResourceKind,
  ids: string[],
): Promise<Map<string, FlagChange>> {
  if (ids.length === 0 || !(await hasTable(em, 'keyward.audit'))) return new Map();
  const rows = await em.execute<FlagChange[]>(
    `select distinct on (resource_id) resource_id as id, after->'options'->>'immutable' as value,
       to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
       requester_user || coalesce(' (sudo by ' || requester_sudo_user || ')', '') || '@' || requester_host as by
     from keyward.audit
     where resource_type = ? and resource_id ${AMONG}
       and before->'options'->'immutable' is distinct from after->'options'->'immutable'
     order by resource_id, audit.id desc`,
    [kind, JSON.stringify(ids)],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
