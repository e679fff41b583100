import type { MikroORM } from '@mikro-orm/postgresql';
import {
  type ResourceFilter,
  ResourceRepository,
  type StoredResource,
} from '../../database/keystone/resource.repository.ts';
import { descendants, lineage } from '../../database/keystone/project-tree.ts';
import type { PasswordHashing } from '../../rules/bootstrap-request.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { RuleError } from '../../rules/errors.ts';
import { isGuarded, readImmutability } from '../../rules/immutability.ts';
import type { Resource, ResourceKind, ResourcePatch, ResourceValues } from '../../rules/resource.ts';
import { checkedPatch, checkedValues } from '../../rules/resource-input.ts';
import type { Actor } from './audit-writer.ts';
import { flagOrigins } from './flag-origin.ts';
import { GuardedResource } from './guarded/guarded-resource.ts';
import { limited, keysetPages } from './keyset-pages.ts';
import { hashPassword } from './password-hash.ts';
import { ResourceFinder, type ResourceRef } from './resource-finder.ts';
import { described, transact } from './transact.ts';

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
  readonly #orm: MikroORM;
  readonly #address: DatabaseAddress;

  constructor(orm: MikroORM, address: DatabaseAddress) {
    this.#orm = orm;
    this.#address = address;
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
      return await transact(this.#orm, this.#address, (em) =>
        new GuardedResource(em, actor).create(kind, values, hash),
      );
    } catch (error) {
      if (!orShow || (error as Error).name !== 'Conflict') throw error;
      const domain = values.domain_id ?? undefined;
      return (await this.#finder().get(kind, { nameOrId: name, domain })).resource;
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
    return transact(this.#orm, this.#address, async (em) => {
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
    await transact(this.#orm, this.#address, async (em) => {
      const { resource } = await new ResourceFinder(em).get(kind, ref);
      await new GuardedResource(em, actor).delete(kind, resource.id, options);
    });
  }

  get(kind: ResourceKind, ref: ResourceRef): Promise<Resource> {
    return described(this.#orm, this.#address, async () => (await this.#finder().get(kind, ref)).resource);
  }

  /** A parent: a project, or a domain; then what is in it lies at its top. */
  async getPlace(ref: ResourceRef): Promise<Resource> {
    return described(this.#orm, this.#address, async () => {
      const finder = this.#finder();
      const domain = { nameOrId: ref.nameOrId };
      const place = (await finder.find('project', ref)) ?? (await finder.find('domain', domain));
      return (place ?? (await finder.get('project', ref))).resource;
    });
  }

  /** The resource, and since when and by whom its `immutable` is what it is (null: it was never set). */
  async show(kind: ResourceKind, ref: ResourceRef): Promise<{ resource: Resource; origin: string | null }> {
    return described(this.#orm, this.#address, async () => {
      const em = this.#orm.em.fork();
      const { resource, immutable } = await new ResourceFinder(em).get(kind, ref);
      if (immutable === undefined) return { resource, origin: null };
      const origins = await flagOrigins(em, kind, [{ id: resource.id, immutable }]);
      return { resource, origin: origins.get(resource.id)! };
    });
  }

  /** What is above a project and what is below it, each as ids within ids, as Keystone's API gives them. */
  family(id: string): Promise<{ parents: IdTree; subtree: IdTree }> {
    return described(this.#orm, this.#address, async () => {
      const em = this.#orm.em.fork();
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
    const narrowed = await described(this.#orm, this.#address, () => this.#narrowed(filter));
    const marker = await described(this.#orm, this.#address, () => this.#marker(kind, filter.marker));
    const pages = keysetPages<StoredResource>(PAGE, (last) =>
      described(this.#orm, this.#address, () =>
        new ResourceRepository(this.#orm.em.fork()).page(kind, narrowed, last?.resource.id ?? marker, PAGE),
      ),
    );
    yield* limited(filter.limit, wantedOf(pages, filter.immutable));
  }

  async #narrowed({ domain, parent, project, user, global, ...filter }: ListFilter): Promise<ResourceFilter> {
    const finder = this.#finder();
    const domainId =
      domain === undefined ? undefined : (await finder.get('domain', { nameOrId: domain })).resource.id;
    const parentId = parent === undefined ? undefined : (await this.getPlace({ nameOrId: parent })).id;
    const projectId = project && (await finder.get('project', project)).resource.id;
    const userId = user && (await finder.get('user', user)).resource.id;
    return { ...filter, domainId: global ? null : domainId, parentId, projectId, userId };
  }

  async #marker(kind: ResourceKind, marker: string | undefined): Promise<string | null> {
    if (marker === undefined) return null;
    if (await new ResourceRepository(this.#orm.em.fork()).find(kind, marker)) return marker;
    throw new RuleError('NotFound', `The marker '${marker}' is no ${kind}'s ID.`, {
      cure: 'Give the ID of the last one that was listed.',
    });
  }

  #finder(): ResourceFinder {
    return new ResourceFinder(this.#orm.em.fork());
  }
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
