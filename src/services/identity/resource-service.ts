import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.ts';
import {
  type ResourceFilter,
  ResourceRepository,
  type StoredResource,
} from '../../database/keystone/resource.repository.ts';
import { descendants, lineage } from '../../database/keystone/project-tree.ts';
import type { PasswordHashing } from '../../rules/identity/bootstrap/request.ts';
import { RuleError } from '../../rules/errors.ts';
import { isGuarded, readImmutability } from '../../rules/identity/immutability.ts';
import type { ResourceKind } from '../../rules/identity/kinds.ts';
import type { Resource, ResourcePatch, ResourceValues } from '../../rules/identity/resource.ts';
import { checkedPatch, checkedValues } from '../../rules/identity/resource-input.ts';
import type { Actor } from '../audit/audit-writer.ts';
import { flagOrigins } from './flag-origin.ts';
import { GuardedResource } from './guarded/guarded-resource.ts';
import { limited, keysetPages } from '../../database/keyset-pages.ts';
import { hashPassword } from './password-hash.ts';
import { ResourceFinder, type ResourceRef } from './resource-finder.ts';

export type ListFilter = Omit<ResourceFilter, 'domainId' | 'parentId' | 'projectId' | 'userId'> & {
  domain?: string | undefined;
  parent?: string | undefined;
  project?: ResourceRef | undefined;
  user?: ResourceRef | undefined;
  /** Only what belongs to no domain: global roles. */
  global?: boolean;
  immutable?: boolean | undefined;
  marker?: string | undefined;
  limit?: number | undefined;
};
export type IdTree = { [id: string]: IdTree } | null;
const PAGE = 2000;

/** Roles, users, projects and domains: each change is one transaction behind `GuardedResource`. */
export class ResourceService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(
    kind: ResourceKind,
    values: ResourceValues,
    actor: Actor,
    { orShow = false, hashing }: { orShow?: boolean; hashing: PasswordHashing },
  ): Promise<Resource> {
    const { name, password } = checkedValues(kind, values);
    const hash = await hashed(password, hashing);
    try {
      return await this.#database.transact(actor, (em) =>
        new GuardedResource(em, actor).create(kind, values, hash),
      );
    } catch (error) {
      if (!orShow || (error as Error).name !== 'Conflict') throw error;
      const domain = values.domain_id ?? undefined;
      return this.get(kind, { nameOrId: name, domain });
    }
  }

  /** The resource of that id after the change. A password is hashed before any lock is taken. */
  async update(
    kind: ResourceKind,
    ref: ResourceRef,
    patch: ResourcePatch,
    actor: Actor,
    hashing: PasswordHashing,
  ): Promise<Resource> {
    const hash = await hashed(checkedPatch(kind, patch).password, hashing);
    return this.#database.transact(actor, async (em) => {
      const { resource } = await new ResourceFinder(em).get(kind, ref);
      return new GuardedResource(em, actor).update(kind, resource.id, patch, hash);
    });
  }

  async delete(
    kind: ResourceKind,
    ref: ResourceRef,
    actor: Actor,
    options: { withSubtree?: boolean } = {},
  ): Promise<void> {
    await this.#database.transact(actor, async (em) => {
      const { resource } = await new ResourceFinder(em).get(kind, ref);
      await new GuardedResource(em, actor).delete(kind, resource.id, options);
    });
  }

  get(kind: ResourceKind, ref: ResourceRef): Promise<Resource> {
    return this.#database.read(async (em) => (await new ResourceFinder(em).get(kind, ref)).resource);
  }

  /** A parent: a project, or a domain; then what is in it lies at its top. */
  async getPlace(ref: ResourceRef): Promise<Resource> {
    return this.#database.read(async (em) => {
      const finder = new ResourceFinder(em);
      const domain = { nameOrId: ref.nameOrId };
      const place = (await finder.find('project', ref)) ?? (await finder.find('domain', domain));
      return (place ?? (await finder.get('project', ref))).resource;
    });
  }

  /** The resource, and since when and by whom its `immutable` is what it is (null: it was never set). */
  async show(kind: ResourceKind, ref: ResourceRef): Promise<{ resource: Resource; origin: string | null }> {
    return this.#database.read(async (em) => {
      const { resource, immutable } = await new ResourceFinder(em).get(kind, ref);
      if (immutable === undefined) return { resource, origin: null };
      const origins = await flagOrigins(em, kind, [{ id: resource.id, immutable }]);
      return { resource, origin: origins.get(resource.id)! };
    });
  }

  /** What is above a project and what is below it, each as ids within ids, as Keystone's API gives them. */
  family(id: string): Promise<{ parents: IdTree; subtree: IdTree }> {
    return this.#database.read(async (em) => {
      const [, ...above] = await lineage(em, id);
      const parents = above.reduceRight<IdTree>((higher, each) => ({ [each.id]: higher }), null);
      const below = Map.groupBy(await descendants(em, id), ({ parentId }) => parentId);
      const treeOf = (parent: string): IdTree => {
        const children = below.get(parent);
        return children ? Object.fromEntries(children.map((child) => [child.id, treeOf(child.id)])) : null;
      };
      return { parents, subtree: treeOf(id) };
    });
  }

  /** Pages in the order of the ids, read as they are taken: memory does not grow with their number. */
  async *list(kind: ResourceKind, filter: ListFilter): AsyncGenerator<Resource[]> {
    const narrowed = await this.#database.read((em) => this.#narrowed(em, filter));
    const marker = await this.#database.read((em) => markerOf(em, kind, filter.marker));
    const pages = keysetPages<StoredResource>(PAGE, (last) =>
      this.#database.read((em) =>
        new ResourceRepository(em).page(kind, narrowed, last?.resource.id ?? marker, PAGE),
      ),
    );
    yield* limited(filter.limit, wantedOf(pages, filter.immutable));
  }

  async #narrowed(
    em: EntityManager,
    { domain, parent, project, user, global, ...filter }: ListFilter,
  ): Promise<ResourceFilter> {
    const finder = new ResourceFinder(em);
    const domainId =
      domain === undefined ? undefined : (await finder.get('domain', { nameOrId: domain })).resource.id;
    const parentId = parent === undefined ? undefined : (await this.getPlace({ nameOrId: parent })).id;
    const projectId = project && (await finder.get('project', project)).resource.id;
    const userId = user && (await finder.get('user', user)).resource.id;
    return { ...filter, domainId: global ? null : domainId, parentId, projectId, userId };
  }
}

async function markerOf(
  em: EntityManager,
  kind: ResourceKind,
  marker: string | undefined,
): Promise<string | null> {
  if (marker === undefined) return null;
  if (await new ResourceRepository(em).find(kind, marker)) return marker;
  throw new RuleError('NotFound', `The marker '${marker}' is no ${kind}'s ID.`, {
    cure: 'Give the ID of the last one that was listed.',
  });
}

const hashed = (password: string | undefined, hashing: PasswordHashing): Promise<string | null> =>
  password === undefined ? Promise.resolve(null) : hashPassword(password, hashing);

async function* wantedOf(
  pages: AsyncIterable<StoredResource[]>,
  immutable: boolean | undefined,
): AsyncGenerator<Resource[]> {
  const isWanted = ({ immutable: stored }: StoredResource): boolean =>
    immutable === undefined || immutable === isGuarded({ immutability: readImmutability(stored) });
  for await (const page of pages) yield page.filter(isWanted).map(({ resource }) => resource);
}
