import { RuleError } from './errors.ts';

/** What `db sync`, `db url` and `db version` take: `compute` stands for the API database and every cell. */
export const databaseNames = ['identity', 'compute', 'compute-api', 'cell'] as const;
export type DatabaseName = (typeof databaseNames)[number];

/** A revision that a database of upstream's must be at, and upstream's own command that brings it there. */
type Head = { revision: string; command: string };

/** Describes a database of upstream's: by what it is recognised, and which release's schema keyward works on. */
export type UpstreamSchema = {
  /** One of `databaseNames`. A test may have one of its own. */
  name: string;
  /** The command of keyward's that makes what is missing in it. */
  sync: string;
  /** The command that lists what was changed in it. */
  audit: string;
  /** Whose database it is, and in which release: `Keystone`, `30.0.0`. */
  service: string;
  release: string;
  /** Names where its URL is set, for errors about an address that does not know its own origin. */
  setting: string;
  /** No other application has all of these tables; alembic alone would not do, since other services use it too. */
  landmarks: string[];
  /** Alembic's heads at this release; `contract` is null where upstream has a single line of revisions. */
  heads: { expand: Head; contract: Head | null };
  /** Heads of earlier releases; an unlisted one is older still, newer, or not upstream's. */
  olderHeads: string[];
};

/**
 * `expand-needed` and `contract-needed`: upstream's own command has work to do there; `keyward-needed`: only keyward's
 * own tables are missing, or older.
 */
export type SchemaState =
  'empty' | 'current' | 'keyward-needed' | 'expand-needed' | 'contract-needed' | 'unknown' | 'foreign';

/** `hasLandmarks`: every table by which upstream's database is known is there. */
export type SchemaFacts = { tables: number; hasLandmarks: boolean; hasAlembic: boolean; revisions: string[] };

export function schemaState(
  { tables, hasLandmarks, hasAlembic, revisions }: SchemaFacts,
  { heads: { expand, contract }, olderHeads }: UpstreamSchema,
): SchemaState {
  if (tables === 0) return 'empty';
  if (!hasLandmarks || !hasAlembic) return 'foreign';
  if (revisions.includes(expand.revision))
    return contract === null || revisions.includes(contract.revision) ? 'current' : 'contract-needed';
  const known = new Set([...olderHeads, contract?.revision]);
  return revisions.length > 0 && revisions.every((head) => known.has(head)) ? 'expand-needed' : 'unknown';
}

/** Says why keyward does not touch a database in that state, and what to do; null if it does. */
export function schemaRefusal(
  state: SchemaState,
  database: string,
  { service, release, heads }: UpstreamSchema,
): RuleError | null {
  const older = ({ command }: Head): RuleError =>
    new RuleError(
      'SchemaRevision',
      `The database ${database} is at an older revision than ${service} ${release}.`,
      { cure: `Run \`${command}\` of ${service} ${release} on it, then repeat the command.` },
    );
  switch (state) {
    case 'foreign':
      return new RuleError(
        'ForeignDatabase',
        `The database ${database} holds tables that are not ${service}'s.`,
        { cure: `Name an empty database, or one of a ${service}.` },
      );
    case 'unknown':
      return new RuleError(
        'SchemaRevision',
        `The database ${database} is at a revision that keyward does not know.`,
        {
          cure: `If a newer ${service} made it, use a keyward for that release; if an older one, upgrade it release by release first.`,
        },
      );
    case 'expand-needed':
      return older(heads.expand);
    case 'contract-needed':
      return older(heads.contract!);
    default:
      return null;
  }
}
