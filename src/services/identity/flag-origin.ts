import type { EntityManager } from '@mikro-orm/postgresql';
import { lastFlagChanges } from '../../database/keyward/flag-changes.ts';
import type { ResourceKind } from '../../rules/identity/kinds.ts';

const UNKNOWN = 'not set through keyward';

/**
 * Since when and by whom each resource's `immutable` is what it is, by the audit's last entry that changed it; where
 * that entry disagrees with the row, or the audit does not know, it was not set through keyward.
 */
export async function flagOrigins(
  em: EntityManager,
  kind: ResourceKind,
  stored: { id: string; immutable: string | null | undefined }[],
): Promise<Map<string, string>> {
  const last = await lastFlagChanges(
    em,
    kind,
    stored.map(({ id }) => id),
  );
  return new Map(
    stored.map(({ id, immutable }) => {
      const change = last.get(id);
      const isKnown = change && change.value === (immutable ?? null);
      return [id, isKnown ? `since ${change.at} by ${change.by}` : UNKNOWN];
    }),
  );
}
