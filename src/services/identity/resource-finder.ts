import type { EntityManager } from '@mikro-orm/postgresql';
import { ResourceRepository, type StoredResource } from '../../database/keystone/resource.repository.ts';
import { RuleError } from '../../rules/errors.ts';
import type { Resource } from '../../rules/identity/resource.ts';
import { kinds, type ResourceKind } from '../../rules/identity/kinds.ts';

/** A resource as an operator names it: by id or by name; `domain` (id or name) narrows a name down. */
export type ResourceRef = { nameOrId: string; domain?: string | undefined };

const MANY = 100;

/** Finds what operators name, as openstackclient does: an id first, then a name. */
export class ResourceFinder {
  readonly #resources: ResourceRepository;

  constructor(em: EntityManager) {
    this.#resources = new ResourceRepository(em);
  }

  /** Refuses a name that nothing has, and one that several domains hold, listing each. */
  async get(kind: ResourceKind, { nameOrId, domain }: ResourceRef): Promise<StoredResource> {
    const domainId =
      domain === undefined ? undefined : (await this.get('domain', { nameOrId: domain })).resource.id;
    const byId = await this.#resources.find(kind, nameOrId);
    if (byId && (domainId === undefined || byId.resource['domain_id'] === domainId)) return byId;
    return this.#only(kind, nameOrId, domainId, domain);
  }

  /** Finds by its name alone what lies in a domain, whatever has that name as its ID; refuses what `get` refuses. */
  async getNamed(kind: ResourceKind, name: string, domainId?: string): Promise<StoredResource> {
    return this.#only(kind, name, domainId, domainId);
  }

  async find(kind: ResourceKind, ref: ResourceRef): Promise<StoredResource | null> {
    return this.get(kind, ref).catch((error: Error) => {
      if (error.name === 'NotFound') return null;
      throw error;
    });
  }

  /** What a project lies below: another project, or a domain, at whose top it lies then. */
  async getParent(ref: ResourceRef): Promise<Resource> {
    const domain = { nameOrId: ref.nameOrId };
    const parent = (await this.find('project', ref)) ?? (await this.find('domain', domain));
    return (parent ?? (await this.get('project', ref))).resource;
  }

  async #only(
    kind: ResourceKind,
    name: string,
    domainId: string | undefined,
    domain: string | undefined,
  ): Promise<StoredResource> {
    const found = await this.#named(kind, name, domainId);
    if (found.length === 1) return found[0]!;
    throw found.length === 0 ? notFound(kind, name, domain) : ambiguous(kind, name, found);
  }

  /** Without a domain, a role's name means the global one; only where there is none may it be a domain's. */
  async #named(kind: ResourceKind, name: string, domainId: string | undefined): Promise<StoredResource[]> {
    const { domain } = kinds[kind];
    if (domain === 'never') return this.#resources.page(kind, { name }, null, MANY);
    if (domain === 'may' && domainId === undefined) {
      const global = await this.#resources.page(kind, { name, domainId: null }, null, MANY);
      if (global.length > 0) return global;
    }
    return this.#resources.page(kind, { name, domainId }, null, MANY);
  }
}

const notFound = (kind: ResourceKind, nameOrId: string, domain: string | undefined): RuleError =>
  new RuleError(
    'NotFound',
    `No ${kind} with a name or ID of '${nameOrId}' exists${domain ? ` in the domain ${domain}` : ''}.`,
    {
      cure: `See \`keyward ${kind} list\`.`,
    },
  );

function ambiguous(kind: ResourceKind, name: string, found: StoredResource[]): RuleError {
  const each = found.map(({ resource }) => `${resource.id} (domain ${String(resource['domain_id'])})`);
  return new RuleError('Ambiguous', `More than one ${kind} is named '${name}': ${each.join(', ')}.`, {
    cure: 'Name it by its ID, or say in which domain it is.',
  });
}
