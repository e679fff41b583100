import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.ts';
import { readRoleLinks } from '../../database/keystone/role-links.ts';
import { assertImpliable } from '../../rules/identity/grants.ts';
import type { RoleLink } from '../../rules/identity/implied-roles.ts';
import type { Resource } from '../../rules/identity/resource.ts';
import type { Actor } from '../audit/audit-writer.ts';
import { GuardedResource } from './guarded/guarded-resource.ts';
import { ResourceFinder, type ResourceRef } from './resource-finder.ts';

type Pair = { prior: Resource; implied: Resource };

/** Which roles come with other roles. A change of that is one of the prior role: an immutable one refuses it. */
export class ImpliedRoleService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(prior: ResourceRef, implied: ResourceRef, actor: Actor): Promise<Pair> {
    return this.#database.transact(actor, async (em) => {
      const pair = await pairOf(em, prior, implied);
      assertImpliable(pair.prior, pair.implied);
      await new GuardedResource(em, actor).imply(pair.prior, pair.implied);
      return pair;
    });
  }

  async delete(prior: ResourceRef, implied: ResourceRef, actor: Actor): Promise<void> {
    await this.#database.transact(actor, async (em) => {
      const pair = await pairOf(em, prior, implied);
      await new GuardedResource(em, actor).stopImplying(pair.prior, pair.implied);
    });
  }

  list(): Promise<RoleLink[]> {
    return this.#database.read(readRoleLinks);
  }
}

async function pairOf(em: EntityManager, prior: ResourceRef, implied: ResourceRef): Promise<Pair> {
  const finder = new ResourceFinder(em);
  return {
    prior: (await finder.get('role', prior)).resource,
    implied: (await finder.get('role', implied)).resource,
  };
}
