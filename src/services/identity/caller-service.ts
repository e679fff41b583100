import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.ts';
import type { Caller, Stated, StatedCaller, StatedDomain } from '../../rules/compute/caller.ts';
import { RuleError } from '../../rules/errors.ts';
import type { Resource } from '../../rules/identity/resource.ts';
import { ResourceFinder } from './resource-finder.ts';

type ActorKind = 'user' | 'project';

/** Finds out which user and project a command means by the names that it states. */
export class CallerService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Gives the ids; a name that says no domain is looked up in `defaultDomainId`. An id is taken as it is stated. Refuses
   * a name that nothing or more than one has, and as Keystone does at a login (`keystone/auth/core.py`) a user, a project
   * or a domain that is disabled.
   */
  find({ user, project }: StatedCaller, defaultDomainId: string): Promise<Caller> {
    return this.#database.read(async (em) => ({
      userId: user && (await idOf(em, 'user', user, defaultDomainId)),
      projectId: project && (await idOf(em, 'project', project, defaultDomainId)),
    }));
  }
}

async function idOf(
  em: EntityManager,
  kind: ActorKind,
  stated: Stated,
  defaultDomainId: string,
): Promise<string> {
  if ('id' in stated) return stated.id;
  const finder = new ResourceFinder(em);
  const domain = await domainOf(finder, stated.domain, defaultDomainId);
  const { resource } = await finder.getNamed(kind, stated.name, domain.id);
  assertEnabled('domain', domain);
  assertEnabled(kind, resource);
  return resource.id;
}

async function domainOf(finder: ResourceFinder, stated: StatedDomain, defaultId: string): Promise<Resource> {
  const found =
    stated !== null && 'name' in stated
      ? await finder.getNamed('domain', stated.name)
      : await finder.get('domain', { nameOrId: stated?.id ?? defaultId });
  return found.resource;
}

function assertEnabled(what: ActorKind | 'domain', { id, name, enabled }: Resource): void {
  if (enabled) return;
  throw new RuleError('Disabled', `The ${what} ${name} is disabled.`, {
    cure: `Name another one, or run \`keyward ${what} set --enable ${id}\`.`,
    outcome: 'unchanged',
  });
}
