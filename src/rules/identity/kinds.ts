import { type OptionName, optionNames } from './option-ids.ts';

/** What the rules must know of a kind of resource; `database/keystone/kinds.ts` has how it is stored. */
type KindRules = {
  /** How many characters a name may have, as Keystone's schemas count them (`keystone/{assignment,identity,resource}/schema.py`). */
  nameLimit: number;
  /** Null: as long as it likes. */
  descriptionLimit: number | null;
  /** Whether a name keeps blanks at its ends. */
  keepsBlanks: boolean;
  /** Names that Keystone keeps for itself, in lower case. */
  reservedNames: string[];
  /** Whether one must, may or can't belong to a domain. */
  domain: 'must' | 'may' | 'never';
  options: OptionName[];
  /** Whether it can log in: it has a password, a default project and tokens. */
  logsIn: boolean;
  /** Whether each lies below another one, or right below its domain. */
  isTree: boolean;
};

const COMMON = {
  descriptionLimit: null,
  keepsBlanks: false,
  reservedNames: [],
  options: ['immutable'],
  logsIn: false,
  isTree: false,
} satisfies Partial<KindRules>;

const KINDS = {
  role: { ...COMMON, nameLimit: 255, descriptionLimit: 255, keepsBlanks: true, domain: 'may' },
  user: { ...COMMON, nameLimit: 255, domain: 'must', options: optionNames, logsIn: true },
  project: { ...COMMON, nameLimit: 64, domain: 'must', isTree: true },
  domain: { ...COMMON, nameLimit: 64, domain: 'never', reservedNames: ['federated'] },
} satisfies Record<string, KindRules>;

/** What can be made immutable. A domain is a project that acts as one; everywhere here it is a kind of its own. */
export type ResourceKind = keyof typeof KINDS;
export const kinds: Record<ResourceKind, KindRules> = KINDS;
export const resourceKinds = Object.keys(KINDS) as ResourceKind[];
