import type { EntityManager } from '@mikro-orm/postgresql';
import { hasTable } from '../../database/has-table.ts';
import type { ResourceKind } from '../../rules/identity/resource.ts';

const UNKNOWN = 'not set through keyward';
type Row = { resource_id: string; value: string | null; at: string; by: string };

/**
 * Since when and by whom each resource's `immutable` is what it is, by the audit's last entry that changed it; where
 * that entry disagrees with the row, or the audit does not know, it was not set through keyward.
 */
export async function flagOrigins(
  em: EntityManager,
  kind: ResourceKind,
  stored: { id: string; immutable: string | null | undefined }[],
): Promise<Map<string, string>> {
  const origins = new Map(stored.map(({ id }) => [id, UNKNOWN]));
  if (stored.length === 0 || !(await hasTable(em, 'keyward.audit'))) return origins;
  const rows = await em.execute<Row[]>(
    `select distinct on (resource_id) resource_id, after->'options'->>'immutable' as value,
       to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
       requester_user || coalesce(' (sudo by ' || requester_sudo_user || ')', '') || '@' || requester_host as by
     from keyward.audit
     where resource_type = ? and resource_id in (select jsonb_array_elements_text(?::jsonb))
       and before->'options'->'immutable' is distinct from after->'options'->'immutable'
     order by resource_id, id desc`,
    [kind, JSON.stringify(stored.map(({ id }) => id))],
  );
  const last = new Map(rows.map((row) => [row.resource_id, row]));
  for (const { id, immutable } of stored) {
    const row = last.get(id);
    if (row && row.value === (immutable ?? null)) origins.set(id, `since ${row.at} by ${row.by}`);
  }
  return origins;
}
