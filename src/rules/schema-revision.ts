/** The alembic heads of Keystone 30.0.0 (`keystone/common/sql/migrations`). */
export const EXPAND_HEAD = '742c857f1dfb';
export const CONTRACT_HEAD = 'c88cdce8f248';

/** Heads of releases before 30.0.0, newest first; an unlisted one is older still, newer, or not Keystone's. */
const OLDER_HEADS = new Set(['47147121', '11c3b243b4cb', '29e87d24a316', 'e25ffa003242']);

/** `expand-needed` and `contract-needed`: a real `keystone-manage db_sync` has work to do there. */
export type SchemaState = 'empty' | 'current' | 'expand-needed' | 'contract-needed' | 'unknown' | 'foreign';

export type SchemaFacts = { tables: number; hasAlembic: boolean; revisions: string[] };

export function schemaState({ tables, hasAlembic, revisions }: SchemaFacts): SchemaState {
  if (tables === 0) return 'empty';
  if (!hasAlembic) return 'foreign';
  if (revisions.includes(EXPAND_HEAD))
    return revisions.includes(CONTRACT_HEAD) ? 'current' : 'contract-needed';
  return revisions.length > 0 && revisions.every((head) => head === CONTRACT_HEAD || OLDER_HEADS.has(head))
    ? 'expand-needed'
    : 'unknown';
}
