import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.ts';
import {
  type ResourceFilter,
  ResourceRepository,
  type StoredResource,
} from '../../database/keystone/resource.repository.ts';
import { descendants, lineage } from '../../database/keystone/project-tree.ts';
import type { PasswordHashing } from '../../rules/identity/password.ts';
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
import { type Place, placed } from './placing.ts';
import { ResourceFinder, type ResourceRef } from './resource-finder.ts';

export type ListFilter = Omit<ResourceFilter, 'domainId' | 'parentId' | 'projectId' | 'userId'> & {
  domain?: string | undefined;
  parent?: string | undefined;
  project?: ResourceRef | undefined;
  user?: ResourceRef | undefined;
  /** Lists only what belongs to no domain: global roles. */
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

  /** `orShow`: gives what is there already under that name instead of refusing. */
  async create(
    kind: ResourceKind,
    values: ResourceValues,
    actor: Actor,
    { orShow = false, hashing, place = {} }: { orShow?: boolean; hashing: PasswordHashing; place?: Place },
  ): Promise<Resource> {
    const checked = checkedValues(kind, values);
    const hash = await hashed(checked.password, hashing);
    try {
      return await this.#database.transact(actor, async (em) =>
        new GuardedResource(em, actor).create(kind, await placed(em, kind, checked, place), hash),
      );
    } catch (error) {
      if (!orShow || (error as Error).name !== 'Conflict') throw error;
      return this.#database.read(async (em) => {
        const { name, domain_id: domain } = await placed(em, kind, checked, place);
        return (await new ResourceFinder(em).get(kind, { nameOrId: name, domain: domain ?? undefined }))
          .resource;
      });
    }
  }

  /** The resource of that id after the change. A password is hashed before any lock is taken. */
  async update(
    kind: ResourceKind,
    ref: ResourceRef,
    patch: ResourcePatch,
    actor: Actor,
    { hashing, defaultProject }: { hashing: PasswordHashing; defaultProject?: ResourceRef | undefined },
  ): Promise<Resource> {
    // Until it is found, the default project is what it is called.
    const named = defaultProject && { default_project_id: defaultProject.nameOrId };
    const checked = checkedPatch(kind, { ...patch, ...named });
    const hash = await hashed(checked.password, hashing);
    return this.#database.transact(actor, async (em) => {
      const finder = new ResourceFinder(em);
      const found = defaultProject && {
        default_project_id: (await finder.get('project', defaultProject)).resource.id,
      };
      const { resource } = await finder.get(kind, ref);
      return new GuardedResource(em, actor).update(kind, resource.id, { ...checked, ...found }, hash);
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
    const narrowed = await this.#database.read((em) => narrowedTo(em, filter));
    const marker = await this.#database.read((em) => markerOf(em, kind, filter.marker));
    const pages = keysetPages<StoredResource>(PAGE, (last) =>
      this.#database.read((em) =>
        new ResourceRepository(em).page(kind, narrowed, last?.resource.id ?? marker, PAGE),
      ),
    );
    yield* limited(filter.limit, wantedOf(pages, filter.immutable));
  }
}

async function narrowedTo(
  em: EntityManager,
  { domain, parent, project, user, global, ...filter }: ListFilter,
): Promise<ResourceFilter> {
  const finder = new ResourceFinder(em);
  const idOf = async (kind: ResourceKind, ref: ResourceRef | undefined): Promise<string | undefined> =>
    ref && (await finder.get(kind, ref)).resource.id;
  const domainId = await idOf('domain', domain === undefined ? undefined : { nameOrId: domain });
  return {
    ...filter,
    domainId: global ? null : domainId,
    parentId: parent === undefined ? undefined : (await finder.getParent({ nameOrId: parent })).id,
    projectId: await idOf('project', project),
    userId: await idOf('user', user),
  };
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
