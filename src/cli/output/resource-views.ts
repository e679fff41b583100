import { isTruthy } from '../../rules/identity/immutability.ts';
import type { ResourceKind } from '../../rules/identity/kinds.ts';
import type { Resource } from '../../rules/identity/resource.ts';
import { spelled } from './column-names.ts';
import type { Row } from './formats.ts';

/** The fields of `show`, in openstackclient's order; properties follow in the order of their names. */
const FIELDS: Record<ResourceKind, string[]> = {
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
};

const COLUMNS: Record<ResourceKind, Record<string, string>> = {
  role: { ID: 'id', Name: 'name' },
  user: { ID: 'id', Name: 'name' },
  project: { ID: 'id', Name: 'name' },
  domain: { ID: 'id', Name: 'name', Enabled: 'enabled', Description: 'description' },
};
const LONG: Record<ResourceKind, Record<string, string>> = {
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
};
const IMMUTABLE = 'Immutable';
/** A property of this name, which Keystone can write, would look as if keyward told it. */
const ORIGIN = 'immutable_set';

/** `origin`: since when and by whom `immutable` is what it is; null: never set, and no field. */
export function recordOf(kind: ResourceKind, resource: Resource, origin: string | null): Row {
  const properties = Object.keys(resource)
    .filter((key) => !FIELDS[kind].includes(key) && key !== ORIGIN)
    .toSorted();
  const fields = [...FIELDS[kind], ...properties].map((key) => [key, resource[key] ?? null]);
  return { ...Object.fromEntries(fields), ...(origin !== null && { [ORIGIN]: origin }) };
}

/** What decides the columns of a list. */
export type ListView = {
  long?: boolean;
  immutable?: boolean;
  mutable?: boolean;
  column?: string[] | undefined;
};

/**
 * The columns of openstackclient, which scripts read by their places; the flag's own stands after them, and only where
 * something that openstackclient does not have asks for it, or --long.
 */
export const headingsOf = (kind: ResourceKind, view: ListView): string[] => [
  ...Object.keys(columnsOf(kind, view)),
  ...(showsFlag(view) ? [IMMUTABLE] : []),
];

const showsFlag = ({ long, immutable, mutable, column = [] }: ListView): boolean =>
  Boolean(long || immutable || mutable) || column.some((name) => spelled(name) === spelled(IMMUTABLE));

export function rowOf(kind: ResourceKind, view: ListView): (resource: Resource) => Row {
  const columns = Object.entries(columnsOf(kind, view));
  return (resource) => {
    const row: Row = {};
    for (const [heading, key] of columns) row[heading] = resource[key] ?? null;
    row[IMMUTABLE] = isTruthy(resource.options.immutable);
    return row;
  };
}

const columnsOf = (kind: ResourceKind, { long }: ListView): Record<string, string> =>
  long ? { ...COLUMNS[kind], ...LONG[kind] } : COLUMNS[kind];
