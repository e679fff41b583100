import type { EntityManager } from '@mikro-orm/postgresql';
import { databaseNow } from '../../../database/database-time.ts';
import { Assignment, SystemAssignment } from '../../../database/keystone/assignment.entity.ts';
import { Endpoint, Region, Service } from '../../../database/keystone/catalog.entity.ts';
import { Project } from '../../../database/keystone/project.entity.ts';
import { ResourceRepository } from '../../../database/keystone/resource.repository.ts';
import { ImpliedRole, Role } from '../../../database/keystone/role.entity.ts';
import { LocalUser, User } from '../../../database/keystone/user.entity.ts';
import type { BootstrapChange } from '../../../rules/identity/bootstrap/plan.ts';
import type { BootstrapRequest } from '../../../rules/identity/bootstrap/request.ts';
import type { IdentitySnapshot } from '../../../rules/identity/bootstrap/snapshot.ts';
import type { RoleLink } from '../../../rules/identity/implied-roles.ts';
import type { ResourceKind } from '../../../rules/identity/kinds.ts';
import { ROOT_DOMAIN } from '../../../rules/identity/stored-domain.ts';
import { implication } from '../audited.ts';
import { hold, lockRow } from '../locks.ts';
import { writeOptions } from './options.ts';
import { writePassword } from './password-rows.ts';
import { revokeTokens } from './revocations.ts';
import { linkRoles } from './role-links.ts';
import { forgetFailedLogins } from './kind-rows.ts';
import { newId } from './rows.ts';

const NO_EXTRA = '{}';

type Ids = {
  project: string | undefined;
  user: string | undefined;
  service: string | undefined;
  roles: Map<string, string>;
};

type Link = { prior: string; implied: string };
/** What was changed, for the report and the audit. */
type Written = { id: string | null; before: object | null; after: object | null };

/**
 * Writes a bootstrap's changes, column for column as Keystone 30 does. This is the audited exception to immutability:
 * the default role chain and bootstrap's own admin user are repaired whatever is immutable (ARCHITECTURE, decision 1).
 */
export class BootstrapWriter {
  readonly #em: EntityManager;
  readonly #wanted: BootstrapRequest;
  readonly #ids: Ids;
  readonly #hash: () => Promise<string>;

  /** `hash` gives the hash of the wanted password; it is asked for only when it is written. */
  constructor(
    em: EntityManager,
    wanted: BootstrapRequest,
    there: IdentitySnapshot,
    hash: () => Promise<string>,
  ) {
    this.#em = em;
    this.#wanted = wanted;
    this.#hash = hash;
    const roles = new Map([...there.roles].map(([name, { id }]) => [name, id]));
    this.#ids = { project: there.project?.id, user: there.user?.id, service: there.service?.id, roles };
  }

  /** Makes one change; the id of what was changed is null for what has none. No secret is in `before` and `after`. */
  async write(change: BootstrapChange): Promise<Written> {
    switch (change.kind) {
      case 'create-domain':
        return this.#createDomain(change.id);
      case 'create-project':
        return this.#createProject(change.name);
      case 'create-user':
        return this.#createUser(change.name);
      case 'enable-user':
        return this.#enableUser();
      case 'reset-password':
        return this.#resetPassword();
      case 'create-role':
        return this.#createRole(change.name, change.immutable);
      case 'make-role-immutable':
        return this.#makeImmutable(change.name);
      case 'create-implied-role':
        return this.#imply(change);
      case 'delete-implied-role':
        return this.#stopImplying(change);
      case 'grant-on-project':
        return this.#grant(Assignment, 'UserProject', this.#ids.project!);
      case 'grant-on-system':
        return this.#grant(SystemAssignment, 'UserSystem', 'system');
      case 'create-region':
        await this.#em.insert(Region, { id: change.id, description: '', extra: NO_EXTRA });
        return made(change.id, { id: change.id });
      case 'create-service':
        return this.#createService(change.name);
      case 'create-endpoint':
        return this.#createEndpoint(change.interface, change.url);
      case 'update-endpoint':
        await this.#em.nativeUpdate(Endpoint, { id: change.id }, { url: change.url });
        return { id: change.id, before: { url: change.from }, after: { url: change.url } };
    }
  }

  async #createDomain(id: string): Promise<Written> {
    const domain = { name: 'Default', description: 'The default domain', enabled: true };
    const place = { domainId: ROOT_DOMAIN, parentId: null, isDomain: true };
    await this.#em.insert(Project, { id, extra: NO_EXTRA, ...domain, ...place });
    return made(id, { id, ...domain, options: {} });
  }

  async #createProject(name: string): Promise<Written> {
    const parent = this.#wanted.defaultDomainId;
    await hold(this.#em, 'domain', parent);
    const id = newId();
    const project = { name, description: 'Bootstrap project for initializing the cloud.', enabled: true };
    const place = { domainId: parent, parentId: parent, isDomain: false };
    await this.#em.insert(Project, { id, extra: NO_EXTRA, ...project, ...place });
    this.#ids.project = id;
    return made(id, { id, ...project, domain_id: parent, parent_id: parent, options: {} });
  }

  async #createUser(name: string): Promise<Written> {
    const domainId = this.#wanted.defaultDomainId;
    const id = newId();
    const passwordHash = await this.#hash();
    await hold(this.#em, 'domain', domainId);
    await this.#em.insert(User, { id, extra: NO_EXTRA, enabled: true, createdAt: databaseNow(), domainId });
    await this.#em.insert(LocalUser, { userId: id, domainId, name, failedAuthCount: 0 });
    await writePassword(this.#em, id, passwordHash);
    this.#ids.user = id;
    return made(id, { id, name, domain_id: domainId, enabled: true, options: {} });
  }

  /** NOTE: `keystone/identity/backends/sql.py` revokes a user's tokens when it is disabled, not when it is enabled. */
  async #enableUser(): Promise<Written> {
    const id = this.#ids.user!;
    return this.#repaired('user', id, async () => {
      await this.#em.nativeUpdate(User, { id }, { enabled: true });
      await forgetFailedLogins(this.#em, id);
    });
  }

  /** The old password expires, the new one is a row of its own, and every token issued before is revoked. */
  async #resetPassword(): Promise<Written> {
    const id = this.#ids.user!;
    const passwordHash = await this.#hash();
    return this.#repaired('user', id, async () => {
      await writePassword(this.#em, id, passwordHash);
      await forgetFailedLogins(this.#em, id);
      await revokeTokens(this.#em, 'user', [id]);
    });
  }

  async #createRole(name: string, immutable: boolean): Promise<Written> {
    const id = newId();
    await this.#em.insert(Role, { id, name, extra: NO_EXTRA, domainId: null, description: null });
    this.#ids.roles.set(name, id);
    if (immutable) await writeOptions(this.#em, 'role', id, { immutable: true });
    return made(id, { id, name, domain_id: null, options: immutable ? { immutable } : {} });
  }

  async #makeImmutable(name: string): Promise<Written> {
    const id = this.#role(name);
    return this.#repaired('role', id, () => writeOptions(this.#em, 'role', id, { immutable: true }));
  }

  /** Locks what is there, and tells what it was and what `write` has made of it. */
  async #repaired(kind: ResourceKind, id: string, write: () => Promise<void>): Promise<Written> {
    const resources = new ResourceRepository(this.#em);
    await lockRow(this.#em, kind, id);
    const before = (await resources.find(kind, id))?.resource ?? null;
    await write();
    const after = (await resources.find(kind, id))?.resource ?? null;
    return { id, before, after };
  }

  async #imply(change: Link): Promise<Written> {
    const link = this.#link(change);
    await linkRoles(this.#em, link);
    return implication('create', link.prior, link.implied);
  }

  async #stopImplying(change: Link): Promise<Written> {
    const { prior, implied } = this.#link(change);
    await this.#em.nativeDelete(ImpliedRole, { priorRoleId: prior.id, impliedRoleId: implied.id });
    return implication('delete', prior, implied);
  }

  async #grant(
    table: typeof Assignment | typeof SystemAssignment,
    type: string,
    targetId: string,
  ): Promise<Written> {
    const actorId = this.#ids.user!;
    const roleId = this.#role(this.#wanted.roleName);
    if (table === Assignment) await hold(this.#em, 'project', targetId);
    await hold(this.#em, 'user', actorId);
    await hold(this.#em, 'role', roleId);
    await this.#em.insert(table, { type, actorId, targetId, roleId, inherited: false });
    return made(roleId, { role_id: roleId, user_id: actorId, target_id: targetId, inherited: false });
  }

  async #createService(name: string): Promise<Written> {
    const id = newId();
    const extra = JSON.stringify({ name }).replace(':', ': ');
    await this.#em.insert(Service, { id, type: 'identity', enabled: true, extra });
    this.#ids.service = id;
    return made(id, { id, name, type: 'identity', enabled: true });
  }

  async #createEndpoint(face: string, url: string): Promise<Written> {
    const id = newId();
    const { regionId } = this.#wanted;
    const endpoint = { id, interface: face, url, regionId, serviceId: this.#ids.service!, enabled: true };
    await this.#em.insert(Endpoint, { ...endpoint, legacyEndpointId: null, extra: NO_EXTRA });
    return made(id, { id, interface: face, url, region_id: regionId, service_id: endpoint.serviceId });
  }

  #link({ prior, implied }: Link): RoleLink {
    return {
      prior: { id: this.#role(prior), name: prior },
      implied: { id: this.#role(implied), name: implied },
    };
  }

  #role(name: string): string {
    return this.#ids.roles.get(name)!;
  }
}

const made = (id: string | null, after: object): Written => ({ id, before: null, after });
