import type { EntityManager } from '@mikro-orm/postgresql';
import type { Resource, ResourceKind, ResourceOptions } from '../../rules/identity/resource.ts';
import { optionName } from '../../rules/identity/resource-options.ts';
import { Conditions } from '../conditions.ts';
import { parsedExtra, parsedJson } from '../stored-json.ts';
import { PROJECTS_OF_USER } from './projects-of-user.ts';
import { NOT_ROOT, selectOf, USER_NAMED, userOptionsOf } from './resource-select.ts';

/** What a list may be narrowed to; undefined: not at all. */
export type ResourceFilter = {
  domainId?: string | null | undefined;
  parentId?: string | undefined;
  enabled?: boolean | undefined;
  name?: string | undefined;
  /** Users: who has a role on this project, by a grant to the user itself. */
  projectId?: string | undefined;
  /** Projects: those that this user can work on. */
  userId?: string | undefined;
  tags?: TagFilter | undefined;
};
/** Projects: those that have all, any, not all, or none of these tags. */
export type TagFilter = { [has in keyof typeof TAGGED]?: string[] | undefined };
type Row = {
  id: string;
  name: string;
  extra: string | null;
  options: Record<string, string | null> | null;
  tags?: string[] | null;
  [column: string]: unknown;
};

/** A resource, and its `IMMU` value as it is stored (undefined: no row). */
export type StoredResource = { resource: Resource; immutable: string | null | undefined };

/** How many of the tags that are asked for a project must have. */
const TAGGED = { all: '= ?', any: '> 0 and ? > 0', notAll: '< ?', none: '= 0 and ? > 0' } as const;

/** Reads roles, users, projects and domains in the shape of Keystone's API; the root domain is never among them. */
export class ResourceRepository {
  readonly #em: EntityManager;
  #userOptions: Promise<string> | null = null;

  constructor(em: EntityManager) {
    this.#em = em;
  }

  async find(kind: ResourceKind, id: string): Promise<StoredResource | null> {
    const [found] = await this.#select(kind, [`${keyOf(kind)} = ?`], [id]);
    return found ?? null;
  }

  findAll(kind: ResourceKind, ids: string[]): Promise<StoredResource[]> {
    const among = `${keyOf(kind)} in (select jsonb_array_elements_text(?::jsonb))`;
    return this.#select(kind, [among], [JSON.stringify(ids)]);
  }

  /** At most `size` after the marker, in the order of their ids. */
  page(
    kind: ResourceKind,
    filter: ResourceFilter,
    after: string | null,
    size: number,
  ): Promise<StoredResource[]> {
    const conditions = new Conditions();
    const add = conditions.add.bind(conditions);
    if (after !== null) add(`${keyOf(kind)} > ?`, after);
    if (filter.domainId !== undefined) add(`${domainOf(kind)} = ?`, filter.domainId ?? '<<null>>');
    if (filter.parentId !== undefined) add('p.parent_id = ?', filter.parentId);
    if (filter.enabled !== undefined)
      add(`${kind === 'user' ? 'u' : 'p'}.enabled is not distinct from ?`, filter.enabled);
    if (filter.name !== undefined) {
      if (kind === 'user') add(USER_NAMED, filter.name, filter.name, filter.name);
      else add(`${kind === 'role' ? 'r' : 'p'}.name = ?`, filter.name);
    }
    if (filter.projectId !== undefined)
      add(
        "u.id in (select actor_id from assignment where type = 'UserProject' and target_id = ?)",
        filter.projectId,
      );
    if (filter.userId !== undefined) add(`p.id in (${PROJECTS_OF_USER})`, filter.userId);
    for (const [has, tags] of Object.entries(filter.tags ?? {}))
      if (tags) add(tagged(has as keyof TagFilter), JSON.stringify(tags), new Set(tags).size);
    return this.#select(kind, conditions.where, conditions.values, size);
  }

  async #select(
    kind: ResourceKind,
    where: string[],
    values: unknown[],
    limit?: number,
  ): Promise<StoredResource[]> {
    this.#userOptions ??= kind === 'user' ? userOptionsOf(this.#em) : null;
    const conditions = kind === 'role' || kind === 'user' ? where : [kindOf(kind), ...where];
    const rows = await this.#em.execute<Row[]>(
      selectOf(kind, (await this.#userOptions) ?? '', conditions, limit),
      values,
    );
    return rows.map(stored);
  }
}

const tagged = (has: keyof TagFilter): string =>
  `(select count(*) from project_tag t where t.project_id = p.id
    and t.name in (select jsonb_array_elements_text(?::jsonb))) ${TAGGED[has]}`;

const keyOf = (kind: ResourceKind): string =>
  ({ role: 'r.id', user: 'u.id', project: 'p.id', domain: 'p.id' })[kind];
const domainOf = (kind: ResourceKind): string =>
  ({ role: 'r.domain_id', user: 'u.domain_id', project: 'p.domain_id', domain: 'p.id' })[kind];
const kindOf = (kind: 'project' | 'domain'): string =>
  kind === 'domain' ? `p.is_domain and ${NOT_ROOT}` : 'not p.is_domain';

/** An `extra` without attributes that can be read is shown as it is stored. */
function stored({ extra, options, ...columns }: Row): StoredResource {
  const { IMMU: immutable } = options ?? {};
  const attributes = parsedExtra(extra) ?? { extra };
  return { resource: { ...attributes, ...columns, options: readOptions(options) }, immutable };
}

function readOptions(options: Row['options']): ResourceOptions {
  const named: ResourceOptions = {};
  for (const [id, value] of Object.entries(options ?? {})) named[optionName(id)] = value && parsedJson(value);
  return named;
}
