import { RuleError } from './errors.ts';

/** The alembic heads of Keystone 30.0.0 (`keystone/common/sql/migrations`). */
export const EXPAND_HEAD = '742c857f1dfb';
export const CONTRACT_HEAD = 'c88cdce8f248';

/** Heads of releases before 30.0.0, newest first; an unlisted one is older still, newer, or not Keystone's. */
const OLDER_HEADS = new Set(['47147121', '11c3b243b4cb', '29e87d24a316', 'e25ffa003242']);

/**
 * `expand-needed` and `contract-needed`: a real `keystone-manage db_sync` has work to do there; `keyward-needed`: only
 * keyward's own tables are missing, or older.
 */
export type SchemaState =
  'empty' | 'current' | 'keyward-needed' | 'expand-needed' | 'contract-needed' | 'unknown' | 'foreign';

/** `isKeystones`: the tables by which a Keystone's database is known are there; other services use alembic too. */
export type SchemaFacts = { tables: number; isKeystones: boolean; hasAlembic: boolean; revisions: string[] };

export function schemaState({ tables, isKeystones, hasAlembic, revisions }: SchemaFacts): SchemaState {
  if (tables === 0) return 'empty';
  if (!isKeystones || !hasAlembic) return 'foreign';
  if (revisions.includes(EXPAND_HEAD))
    return revisions.includes(CONTRACT_HEAD) ? 'current' : 'contract-needed';
  return revisions.length > 0 && revisions.every((head) => head === CONTRACT_HEAD || OLDER_HEADS.has(head))
    ? 'expand-needed'
    : 'unknown';
}

/** Why keyward does not touch a database in that state, and what to do; null: it does. */
export function schemaRefusal(state: SchemaState, database: string): RuleError | null {
  switch (state) {
    case 'foreign':
      return new RuleError(
        'ForeignDatabase',
        `The database ${database} holds tables that are not Keystone's.`,
        {
          cure: 'Name an empty database, or one of a Keystone.',
        },
      );
    case 'unknown':
      return new RuleError(
        'SchemaRevision',
        `The database ${database} is at a revision that keyward does not know.`,
        {
          cure: 'If a newer Keystone made it, use a keyward for that release; if an older one, upgrade it release by release first.',
        },
      );
    case 'expand-needed':
    case 'contract-needed':
      return new RuleError(
        'SchemaRevision',
        `The database ${database} is at an older revision than Keystone 30.0.0.`,
        {
          cure: `Run \`keystone-manage db_sync${state === 'contract-needed' ? ' --contract' : ''}\` of Keystone 30.0.0 on it, then repeat the command.`,
        },
      );
    default:
      return null;
  }
}
