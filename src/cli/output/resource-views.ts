import { isTruthy } from '../../rules/identity/immutability.ts';
import type { ResourceKind } from '../../rules/identity/kinds.ts';
import type { Resource, ResourceOptions } from '../../rules/identity/resource.ts';
import { spelled } from './column-names.ts';
import type { Row } from './formats.ts';
import { type Columns, ListOutput } from './outputs.ts';

/** The attributes that have a place of their own, as Keystone's API types them. */
type Attributes = {
  id: string;
  name: string;
  domain_id: string | null;
  description: string | null;
  enabled: boolean;
  options: ResourceOptions;
  email: string | null;
  default_project_id: string | null;
  password_expires_at: string | null;
  is_domain: boolean;
  parent_id: string | null;
  tags: string[];
};

/** The fields of `show`, in openstackclient's order; properties follow in the order of their names. */
const FIELDS = {
  role: ['id', 'name', 'domain_id', 'description', 'options'],
  user: [
    'default_project_id',
    'domain_id',
    'email',
    'enabled',
    'id',
    'name',
    'description',
    'password_expires_at',
    'options',
  ],
  project: ['description', 'domain_id', 'enabled', 'id', 'is_domain', 'name', 'options', 'parent_id', 'tags'],
  domain: ['id', 'name', 'enabled', 'description', 'options'],
} as const satisfies Record<ResourceKind, readonly (keyof Attributes)[]>;

/** The columns of a list, and those that --long adds, with the attribute that each shows. */
const COLUMNS = {
  role: { ID: 'id', Name: 'name' },
  user: { ID: 'id', Name: 'name' },
  project: { ID: 'id', Name: 'name' },
  domain: { ID: 'id', Name: 'name', Enabled: 'enabled', Description: 'description' },
} as const satisfies ColumnsOfKinds;
const LONG = {
  role: { 'Domain ID': 'domain_id', Description: 'description' },
  user: {
    Project: 'default_project_id',
    Domain: 'domain_id',
    Description: 'description',
    Email: 'email',
    Enabled: 'enabled',
  },
  project: { 'Domain ID': 'domain_id', Description: 'description', Enabled: 'enabled' },
  domain: {},
} as const satisfies ColumnsOfKinds;
type ColumnsOfKinds = Record<ResourceKind, Record<string, keyof Attributes>>;

const IMMUTABLE = 'Immutable';
/** A property of this name, which Keystone can write, would look as if keyward told it. */
const ORIGIN = 'immutable_set';

type Shown<Table> = {
  [heading in keyof Table]: Table[heading] extends keyof Attributes ? Attributes[Table[heading]] : never;
};
type ResourceRow<Kind extends ResourceKind> = Shown<(typeof COLUMNS)[Kind]> &
  Partial<Shown<(typeof LONG)[Kind]>> & { [IMMUTABLE]?: boolean };
export type RoleListRow = ResourceRow<'role'>;
export type UserListRow = ResourceRow<'user'>;
export type ProjectListRow = ResourceRow<'project'>;
export type DomainListRow = ResourceRow<'domain'>;

/** With properties, whose names are the operators'; `immutable_set` is left out where the flag was never set. */
type ResourceRecord<Kind extends ResourceKind> = Pick<Attributes, (typeof FIELDS)[Kind][number]> & {
  [ORIGIN]?: string;
  [property: string]: unknown;
};
export type RoleRecord = ResourceRecord<'role'>;
export type UserRecord = ResourceRecord<'user'>;
/** `parents` and `subtree` are ids within ids, and null where there are none. */
export type ProjectRecord = ResourceRecord<'project'> & { parents?: object | null; subtree?: object | null };
export type DomainRecord = ResourceRecord<'domain'>;

/** What `create` and `show` print of a resource of a kind; `optional` are the keys that stand after properties. */
export type ResourceOutput = {
  readonly kind: ResourceKind;
  readonly keys: readonly string[];
  readonly optional: readonly string[];
};
export const createdResource = (kind: ResourceKind): ResourceOutput => ({
  kind,
  keys: FIELDS[kind],
  optional: [],
});
export const shownResource = (kind: ResourceKind, optional: string[] = []): ResourceOutput => ({
  kind,
  keys: FIELDS[kind],
  optional: [ORIGIN, ...optional],
});

/** `origin` tells since when and by whom `immutable` is what it is; null, and no field, where it was never set. */
export function recordOf({ keys }: ResourceOutput, resource: Resource, origin: string | null): Row {
  const properties = Object.keys(resource)
    .filter((key) => !keys.includes(key) && key !== ORIGIN)
    .toSorted();
  const fields = [...keys, ...properties].map((key) => [key, resource[key] ?? null]);
  return { ...Object.fromEntries(fields), ...(origin !== null && { [ORIGIN]: origin }) };
}

/** A list of a kind's resources. */
export class ResourceList<Kind extends ResourceKind> extends ListOutput<Resource, ResourceRow<Kind>> {
  readonly kind: Kind;

  constructor(kind: Kind) {
    super(columnsOf(kind), (flags) => hiddenOf(kind, flags) as (keyof ResourceRow<Kind> & string)[]);
    this.kind = kind;
  }
}

function columnsOf<Kind extends ResourceKind>(kind: Kind): Columns<Resource, ResourceRow<Kind>> {
  const readers = Object.entries({ ...COLUMNS[kind], ...LONG[kind] }).map(([heading, key]) => [
    heading,
    (resource: Resource) => resource[key] ?? null,
  ]);
  const isImmutable = ({ options }: Resource): boolean => isTruthy(options.immutable);
  return { ...Object.fromEntries(readers), [IMMUTABLE]: isImmutable };
}

/**
 * Shown are the columns of openstackclient, which scripts read by their places; the flag's own stands after them, and
 * only where something that openstackclient does not have asks for it, or --long.
 */
function hiddenOf(kind: ResourceKind, flags: ListView): string[] {
  const long = flags.long ? [] : Object.keys(LONG[kind]);
  return showsFlag(flags) ? long : [...long, IMMUTABLE];
}

/** What decides the columns of a list. */
export type ListView = {
  long?: boolean;
  immutable?: boolean;
  mutable?: boolean;
  column?: string[] | undefined;
};

const showsFlag = ({ long, immutable, mutable, column = [] }: ListView): boolean =>
  Boolean(long || immutable || mutable) || column.some((name) => spelled(name) === spelled(IMMUTABLE));
