import type { EntityManager } from '@mikro-orm/postgresql';
import type { ResourceKind } from '../../rules/identity/kinds.ts';
import type { Resource, ResourceOptions } from '../../rules/identity/resource.ts';
import { OPTION_IDS, optionName } from '../../rules/identity/option-ids.ts';
import { NO_DOMAIN } from '../../rules/identity/stored-domain.ts';
import { Conditions } from '../conditions.ts';
import { hasTable } from '../has-table.ts';
import { AMONG } from '../among.ts';
import { parsedExtra, parsedJson } from '../stored-json.ts';
import { PROJECTS_OF_USER } from './projects-of-user.ts';
import { kindTables } from './kinds.ts';
import { selectOf } from './resource-select.ts';

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
  #isSynced: Promise<boolean> | null = null;

  constructor(em: EntityManager) {
    this.#em = em;
  }

  async find(kind: ResourceKind, id: string): Promise<StoredResource | null> {
    const [found] = await this.#select(kind, [`${kindTables[kind].alias}.id = ?`], [id]);
    return found ?? null;
  }

  findAll(kind: ResourceKind, ids: string[]): Promise<StoredResource[]> {
    return this.#select(kind, [`${kindTables[kind].alias}.id ${AMONG}`], [JSON.stringify(ids)]);
  }

  /** Reads at most `size` resources whose ids come after `after`, in the order of their ids. */
  page(
    kind: ResourceKind,
    filter: ResourceFilter,
    after: string | null,
    size: number,
  ): Promise<StoredResource[]> {
    const conditions = new Conditions();
    const add = conditions.add.bind(conditions);
    const { alias, domain, named } = kindTables[kind];
    if (after !== null) add(`${alias}.id > ?`, after);
    if (filter.domainId !== undefined) add(`${domain} = ?`, filter.domainId ?? NO_DOMAIN);
    if (filter.parentId !== undefined) add('p.parent_id = ?', filter.parentId);
    if (filter.enabled !== undefined) add(`${alias}.enabled is not distinct from ?`, filter.enabled);
    if (filter.name !== undefined) add(named, ...Array.from(named.matchAll(/\?/g), () => filter.name));
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
    const rows = await this.#em.execute<Row[]>(
      selectOf(kind, await this.#hasOwn(kindTables[kind].options.own), where, limit),
      values,
    );
    return rows.map(stored);
  }

  /** Whether keyward's own table of options is there, asked once; a kind without one does not care. */
  #hasOwn(table: string | null): Promise<boolean> {
    if (table !== null) this.#isSynced ??= hasTable(this.#em, table);
    return this.#isSynced ?? Promise.resolve(false);
  }
}

const tagged = (has: keyof TagFilter): string =>
  `(select count(*) from project_tag t where t.project_id = p.id
    and t.name ${AMONG}) ${TAGGED[has]}`;

/** An `extra` without attributes that can be read is shown as it is stored. */
function stored({ extra, options, ...columns }: Row): StoredResource {
  const immutable = options?.[OPTION_IDS.immutable];
  const attributes = parsedExtra(extra) ?? { extra };
  return { resource: { ...attributes, ...columns, options: readOptions(options) }, immutable };
}

function readOptions(options: Row['options']): ResourceOptions {
  const named: ResourceOptions = {};
  for (const [id, value] of Object.entries(options ?? {})) named[optionName(id)] = value && parsedJson(value);
  return named;
}
