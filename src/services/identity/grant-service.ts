import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.ts';
import {
  ASSIGNMENT_TABLES,
  type AssignmentFilter,
  type AssignmentKey,
  AssignmentRepository,
  type StoredAssignment,
} from '../../database/keystone/assignment.repository.ts';
import { keysetPages, limited } from '../../database/keyset-pages.ts';
import { RuleError } from '../../rules/errors.ts';
import { assertGrantable, assertOneScope, type GrantScope } from '../../rules/identity/grants.ts';
import type { ResourceKind } from '../../rules/identity/kinds.ts';
import type { Resource } from '../../rules/identity/resource.ts';
import { type Actor, type AuditedChange, writeAudit } from '../audit/audit-writer.ts';
import { hold } from './locks.ts';
import { ResourceFinder, type ResourceRef } from './resource-finder.ts';

export type { StoredAssignment };

/** A role of a user on exactly one of `project`, `domain` and `system`. */
export type GrantRequest = {
  role: ResourceRef;
  user: ResourceRef;
  project?: ResourceRef | undefined;
  domain?: ResourceRef | undefined;
  system?: boolean;
  inherited: boolean;
};
/** What a list is narrowed to, as an operator names it. */
export type GrantQuery = {
  [kind in 'role' | 'user' | 'project' | 'domain']?: ResourceRef | undefined;
} & { system?: boolean; inherited?: boolean; limit?: number | undefined };
type Grant = { role: Resource; user: Resource; scope: GrantScope; inherited: boolean };

const PAGE = 2000;
/** What Keystone's tables call a user's grant. */
const TYPE = { project: 'UserProject', domain: 'UserDomain', system: 'UserSystem' } as const;

/** Grants of roles. Granting is no change of the role, the user or what it is on. */
export class GrantService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** False: it was there already; nothing is written then. */
  async add(request: GrantRequest, actor: Actor): Promise<boolean> {
    assertOneScope(request);
    return this.#database.transact(actor, async (em) => {
      const grant = await resolve(em, request);
      assertGrantable(grant.role, grant.scope);
      await holdEnds(em, grant);
      if (!(await new AssignmentRepository(em).insert(keyOf(grant)))) return false;
      await writeAudit(em, actor, [audited('grant', grant)]);
      return true;
    });
  }

  async remove(request: GrantRequest, actor: Actor): Promise<void> {
    assertOneScope(request);
    await this.#database.transact(actor, async (em) => {
      const grant = await resolve(em, request);
      if (!(await new AssignmentRepository(em).delete(keyOf(grant)))) {
        throw new RuleError(
          'NotFound',
          `The user ${grant.user.name} does not have the role ${grant.role.name} on ${grant.scope.name}.`,
          { cure: `See \`keyward role assignment list --user ${grant.user.id}\`.` },
        );
      }
      await writeAudit(em, actor, [audited('revoke', grant)]);
    });
  }

  /** Pages as they are taken: memory does not grow with the number of grants. */
  async *list({ limit, ...query }: GrantQuery): AsyncGenerator<StoredAssignment[]> {
    const filter = await this.#database.read((em) => filterOf(em, query));
    yield* limited(limit, this.#pages(filter));
  }

  /** Reads grants in the order of their keys, those on the system last. */
  async *#pages(filter: AssignmentFilter): AsyncGenerator<StoredAssignment[]> {
    for (const table of ASSIGNMENT_TABLES) {
      yield* keysetPages<StoredAssignment>(PAGE, (last) =>
        this.#database.read((em) => new AssignmentRepository(em).page(table, filter, last, PAGE)),
      );
    }
  }
}

async function filterOf(em: EntityManager, query: GrantQuery): Promise<AssignmentFilter> {
  const finder = new ResourceFinder(em);
  const idOf = async (kind: ResourceKind, ref: ResourceRef | undefined): Promise<string | undefined> =>
    ref && (await finder.get(kind, ref)).resource.id;
  const { role, user, project, domain, ...others } = query;
  return {
    ...others,
    role: await idOf('role', role),
    user: await idOf('user', user),
    project: await idOf('project', project),
    domain: await idOf('domain', domain),
  };
}

async function resolve(em: EntityManager, request: GrantRequest): Promise<Grant> {
  const finder = new ResourceFinder(em);
  const { resource: role } = await finder.get('role', request.role);
  const { resource: user } = await finder.get('user', request.user);
  return { role, user, scope: await scopeOf(finder, request), inherited: request.inherited };
}

async function scopeOf(finder: ResourceFinder, { project, domain }: GrantRequest): Promise<GrantScope> {
  if (!project && !domain) return { kind: 'system', id: 'system', name: 'the system', domainId: null };
  const kind = project ? 'project' : 'domain';
  const { resource } = await finder.get(kind, (project ?? domain)!);
  const domainId = (resource['domain_id'] as string | undefined) ?? null;
  return { kind, id: resource.id, name: `${kind} ${resource.name}`, domainId };
}

/** No foreign key guards assignments: nothing that one names may go away while it is written. */
async function holdEnds(em: EntityManager, { role, user, scope }: Grant): Promise<void> {
  if (scope.kind !== 'system') await hold(em, 'project', scope.id);
  await hold(em, 'user', user.id);
  await hold(em, 'role', role.id);
}

const keyOf = ({ role, user, scope, inherited }: Grant): AssignmentKey => ({
  type: TYPE[scope.kind],
  actorId: user.id,
  targetId: scope.id,
  roleId: role.id,
  inherited,
});

function audited(action: 'grant' | 'revoke', { role, user, scope, inherited }: Grant): AuditedChange {
  const row = { role_id: role.id, user_id: user.id, target_id: scope.id, inherited };
  const name = `${role.name} on ${scope.name} to user ${user.name}`;
  const [before, after] = action === 'grant' ? [null, row] : [row, null];
  return { action, resource: 'role', name, id: role.id, before, after };
}
