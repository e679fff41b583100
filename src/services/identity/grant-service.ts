import type { EntityManager } from '@mikro-orm/postgresql';
import type { Database } from '../../database/database.ts';
import { Assignment, SystemAssignment } from '../../database/keystone/assignment.entity.ts';
import {
  ASSIGNMENT_TABLES,
  type AssignmentFilter,
  AssignmentRepository,
  type StoredAssignment,
} from '../../database/keystone/assignment.repository.ts';
import { readRoleLinks } from '../../database/keystone/role-links.ts';
import { RuleError, UsageError } from '../../rules/errors.ts';
import type { RoleLink } from '../../rules/identity/implied-roles.ts';
import type { Resource, ResourceKind } from '../../rules/identity/resource.ts';
import { type Actor, writeAudit } from '../audit/audit-writer.ts';
import { GuardedResource } from './guarded/guarded-resource.ts';
import { keysetPages, limited } from '../../database/keyset-pages.ts';
import { hold } from './locks.ts';
import { ResourceFinder, type ResourceRef } from './resource-finder.ts';

export type { StoredAssignment };

/** Whose role on what; exactly one of `project`, `domain` and `system`. */
export type GrantRequest = {
  role: ResourceRef;
  user: ResourceRef;
  project?: ResourceRef | undefined;
  domain?: ResourceRef | undefined;
  system?: boolean;
  inherited: boolean;
};
/** What a list is narrowed to, as an operator names it. */
export type AssignmentQuery = {
  [kind in 'role' | 'user' | 'project' | 'domain']?: ResourceRef | undefined;
} & { system?: boolean; inherited?: boolean; limit?: number | undefined };
type Grant = {
  role: Resource;
  user: Resource;
  type: string;
  /** `domainId`: a project's. */
  target: { id: string; name: string; domainId: string | null };
  inherited: boolean;
};

const PAGE = 2000;
const PROHIBITED = 'admin';
const ON_SYSTEM = 'UserSystem';

/** Role assignments and implied roles. Granting is no change of the role, the user or what it is on. */
export class AssignmentService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** False: it was there already; nothing is written then. */
  async add(request: GrantRequest, actor: Actor): Promise<boolean> {
    return this.#database.transact(actor, async (em) => {
      const grant = await resolve(em, request);
      assertGrantable(grant);
      await holdEnds(em, grant);
      if (!(await inserted(em, grant))) return false;
      await writeAudit(em, actor, [audited('grant', grant)]);
      return true;
    });
  }

  async remove(request: GrantRequest, actor: Actor): Promise<void> {
    await this.#database.transact(actor, async (em) => {
      const grant = await resolve(em, request);
      if ((await em.nativeDelete(tableOf(grant), rowOf(grant))) === 0) {
        throw new RuleError(
          'NotFound',
          `The user ${grant.user.name} does not have the role ${grant.role.name} on ${grant.target.name}.`,
          { cure: `See \`keyward role assignment list --user ${grant.user.id}\`.` },
        );
      }
      await writeAudit(em, actor, [audited('revoke', grant)]);
    });
  }

  /** Pages as they are taken: memory does not grow with the number of assignments. */
  async *list({ limit, ...query }: AssignmentQuery): AsyncGenerator<StoredAssignment[]> {
    const filter = await this.#database.read((em) => filterOf(em, query));
    yield* limited(limit, this.#pages(filter));
  }

  /** In the order of their keys, those on the system last. */
  async *#pages(filter: AssignmentFilter): AsyncGenerator<StoredAssignment[]> {
    for (const table of ASSIGNMENT_TABLES) {
      yield* keysetPages<StoredAssignment>(PAGE, (last) =>
        this.#database.read((em) => new AssignmentRepository(em).page(table, filter, last, PAGE)),
      );
    }
  }

  async imply(
    prior: ResourceRef,
    implied: ResourceRef,
    actor: Actor,
  ): Promise<{ prior: Resource; implied: Resource }> {
    return this.#database.transact(actor, async (em) => {
      const [one, other] = await this.#pair(em, prior, implied);
      assertImpliable(one, other);
      await new GuardedResource(em, actor).imply(one, other);
      return { prior: one, implied: other };
    });
  }

  async stopImplying(prior: ResourceRef, implied: ResourceRef, actor: Actor): Promise<void> {
    await this.#database.transact(actor, async (em) => {
      const [one, other] = await this.#pair(em, prior, implied);
      await new GuardedResource(em, actor).stopImplying(one, other);
    });
  }

  listImplied(): Promise<RoleLink[]> {
    return this.#database.read(readRoleLinks);
  }

  async #pair(em: EntityManager, prior: ResourceRef, implied: ResourceRef): Promise<[Resource, Resource]> {
    const finder = new ResourceFinder(em);
    return [(await finder.get('role', prior)).resource, (await finder.get('role', implied)).resource];
  }
}

async function filterOf(em: EntityManager, query: AssignmentQuery): Promise<AssignmentFilter> {
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
  const common = { role, user, inherited: request.inherited };
  if (request.system)
    return { ...common, type: ON_SYSTEM, target: { id: 'system', name: 'the system', domainId: null } };
  if (request.project) {
    const { resource } = await finder.get('project', request.project);
    const domainId = resource['domain_id'] as string;
    return {
      ...common,
      type: 'UserProject',
      target: { id: resource.id, name: `project ${resource.name}`, domainId },
    };
  }
  const { resource } = await finder.get('domain', request.domain!);
  return {
    ...common,
    type: 'UserDomain',
    target: { id: resource.id, name: `domain ${resource.name}`, domainId: null },
  };
}

/** `keystone/assignment/core.py` and `keystone/api/system.py`; on a domain, any role may be granted. */
function assertGrantable({ role, type, target }: Grant): void {
  if (role['domain_id'] === null) return;
  if (type === ON_SYSTEM) {
    throw new UsageError(
      `Role ${role.id} is a domain-specific role. Unable to use a domain-specific role in a system assignment.`,
      'Name a global role.',
    );
  }
  if (target.domainId === null || target.domainId === role['domain_id']) return;
  throw new RuleError(
    'DomainSpecificRoleMismatch',
    `Project ${target.id} must be in the same domain as the role ${role.id} being assigned.`,
    { cure: 'Name a global role, or a project of the domain of the role.' },
  );
}

/** No foreign key guards assignments: nothing that one names may go away while it is written. */
async function holdEnds(em: EntityManager, { role, user, type, target }: Grant): Promise<void> {
  if (type !== ON_SYSTEM) await hold(em, 'project', target.id);
  await hold(em, 'user', user.id);
  await hold(em, 'role', role.id);
}

/** False: it was there, perhaps made just now by somebody else. */
async function inserted(em: EntityManager, grant: Grant): Promise<boolean> {
  const { type, actorId, targetId, roleId, inherited } = rowOf(grant);
  const rows = await em.execute<object[]>(
    `insert into ${type === ON_SYSTEM ? 'system_assignment' : 'assignment'}
       (type, actor_id, target_id, role_id, inherited) values (?, ?, ?, ?, ?) on conflict do nothing returning 1`,
    [type, actorId, targetId, roleId, inherited],
  );
  return rows.length > 0;
}

const tableOf = ({ type }: Grant): typeof Assignment | typeof SystemAssignment =>
  type === ON_SYSTEM ? SystemAssignment : Assignment;

const rowOf = ({ role, user, type, target, inherited }: Grant) => ({
  type,
  actorId: user.id,
  targetId: target.id,
  roleId: role.id,
  inherited,
});

function audited(action: 'grant' | 'revoke', grant: Grant) {
  const row = {
    role_id: grant.role.id,
    user_id: grant.user.id,
    target_id: grant.target.id,
    inherited: grant.inherited,
  };
  const name = `${grant.role.name} on ${grant.target.name} to user ${grant.user.name}`;
  const [before, after] = action === 'grant' ? [null, row] : [row, null];
  return { action, resource: 'role', name, id: grant.role.id, before, after };
}

/** `keystone/assignment/core.py`, with the default of `[assignment] prohibited_implied_role`. */
function assertImpliable(prior: Resource, implied: Resource): void {
  if (implied.name === PROHIBITED)
    throw new RuleError('InvalidImpliedRole', `${implied.id} cannot be an implied roles.`, {
      cure: `No role may imply ${PROHIBITED}.`,
    });
  if (prior['domain_id'] === null && implied['domain_id'] !== null)
    throw new RuleError('InvalidImpliedRole', 'Global role cannot imply a domain-specific role', {
      cure: 'Name a global role.',
    });
}
