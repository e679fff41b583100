import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { nowInMicros } from '../../database/instant-type.ts';
import { Assignment, SystemAssignment } from '../../database/keystone/assignment.entity.ts';
import { Endpoint, Region, Service } from '../../database/keystone/catalog.entity.ts';
import { Project } from '../../database/keystone/project.entity.ts';
import { RevocationEvent } from '../../database/keystone/revocation-event.entity.ts';
import { ImpliedRole, Role, RoleOption } from '../../database/keystone/role.entity.ts';
import { LocalUser, Password, User } from '../../database/keystone/user.entity.ts';
import type { BootstrapChange } from '../../rules/bootstrap-plan.ts';
import type { BootstrapRequest } from '../../rules/bootstrap-request.ts';
import type { IdentitySnapshot } from '../../rules/identity-snapshot.ts';

const ROOT_DOMAIN = '<<keystone.domain.root>>';
const NO_EXTRA = '{}';
const newId = (): string => randomUUID().replaceAll('-', '');

type Ids = {
  project: string | undefined;
  user: string | undefined;
  service: string | undefined;
  roles: Map<string, string>;
};

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

  /** Makes one change and gives the id of what was changed; null for what has none. */
  async write(change: BootstrapChange): Promise<string | null> {
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
        return this.#makeImmutable(this.#role(change.name));
      case 'create-implied-role':
        await this.#em.insert(ImpliedRole, this.#link(change));
        return null;
      case 'delete-implied-role':
        await this.#em.nativeDelete(ImpliedRole, this.#link(change));
        return null;
      case 'grant-on-project':
        return this.#grant(Assignment, 'UserProject', this.#ids.project!);
      case 'grant-on-system':
        return this.#grant(SystemAssignment, 'UserSystem', 'system');
      case 'create-region':
        await this.#em.insert(Region, { id: change.id, description: '', extra: NO_EXTRA });
        return change.id;
      case 'create-service':
        return this.#createService(change.name);
      case 'create-endpoint':
        return this.#createEndpoint(change.interface, change.url);
      case 'update-endpoint':
        await this.#em.nativeUpdate(Endpoint, { id: change.id }, { url: change.url });
        return change.id;
    }
  }

  async #createDomain(id: string): Promise<string> {
    const domain = {
      name: 'Default',
      description: 'The default domain',
      domainId: ROOT_DOMAIN,
      isDomain: true,
    };
    await this.#em.insert(Project, { id, extra: NO_EXTRA, enabled: true, parentId: null, ...domain });
    return id;
  }

  async #createProject(name: string): Promise<string> {
    const parent = this.#wanted.defaultDomainId;
    const description = 'Bootstrap project for initializing the cloud.';
    this.#ids.project = newId();
    const project = {
      id: this.#ids.project,
      name,
      description,
      domainId: parent,
      parentId: parent,
      isDomain: false,
    };
    await this.#em.insert(Project, { ...project, extra: NO_EXTRA, enabled: true });
    return this.#ids.project;
  }

  async #createUser(name: string): Promise<string> {
    const domainId = this.#wanted.defaultDomainId;
    const id = newId();
    const passwordHash = await this.#hash();
    await this.#em.insert(User, { id, extra: NO_EXTRA, enabled: true, createdAt: nowInMicros(), domainId });
    const localUserId = await this.#em.insert(LocalUser, { userId: id, domainId, name, failedAuthCount: 0 });
    await this.#insertPassword(Number(localUserId), passwordHash, nowInMicros());
    this.#ids.user = id;
    return id;
  }

  /** NOTE: `keystone/identity/backends/sql.py` revokes a user's tokens when it is disabled, not when it is enabled. */
  async #enableUser(): Promise<string> {
    await this.#em.nativeUpdate(User, { id: this.#ids.user! }, { enabled: true });
    return this.#ids.user!;
  }

  /** The old password expires, the new one is a row of its own, and every token issued before is revoked. */
  async #resetPassword(): Promise<string> {
    const userId = this.#ids.user!;
    const now = nowInMicros();
    const local = await this.#em.findOneOrFail(LocalUser, { userId });
    const current = { localUserId: local.id, expiresAtInt: null };
    await this.#em.nativeUpdate(Password, current, { expiresAt: now, expiresAtInt: now });
    await this.#insertPassword(local.id, await this.#hash(), now);
    const second = now - (now % 1_000_000);
    await this.#em.insert(RevocationEvent, { userId, issuedBefore: second, revokedAt: second });
    return userId;
  }

  async #insertPassword(localUserId: number, passwordHash: string, now: number): Promise<void> {
    const times = { createdAt: now, createdAtInt: now, expiresAt: null, expiresAtInt: null };
    await this.#em.insert(Password, { localUserId, selfService: false, passwordHash, ...times });
  }

  async #createRole(name: string, immutable: boolean): Promise<string> {
    const id = newId();
    await this.#em.insert(Role, { id, name, extra: NO_EXTRA, domainId: null, description: null });
    this.#ids.roles.set(name, id);
    return immutable ? this.#makeImmutable(id) : id;
  }

  async #makeImmutable(roleId: string): Promise<string> {
    await this.#em.upsert(RoleOption, { roleId, optionId: 'IMMU', optionValue: 'true' });
    return roleId;
  }

  async #grant(
    table: typeof Assignment | typeof SystemAssignment,
    type: string,
    targetId: string,
  ): Promise<string> {
    const actorId = this.#ids.user!;
    await this.#em.insert(table, {
      type,
      actorId,
      targetId,
      roleId: this.#role(this.#wanted.roleName),
      inherited: false,
    });
    return actorId;
  }

  async #createService(name: string): Promise<string> {
    this.#ids.service = newId();
    const extra = JSON.stringify({ name }).replace(':', ': ');
    await this.#em.insert(Service, { id: this.#ids.service, type: 'identity', enabled: true, extra });
    return this.#ids.service;
  }

  async #createEndpoint(face: string, url: string): Promise<string> {
    const id = newId();
    const { regionId } = this.#wanted;
    const endpoint = {
      id,
      interface: face,
      serviceId: this.#ids.service!,
      url,
      regionId,
      legacyEndpointId: null,
    };
    await this.#em.insert(Endpoint, { ...endpoint, extra: NO_EXTRA, enabled: true });
    return id;
  }

  #link({ prior, implied }: { prior: string; implied: string }) {
    return { priorRoleId: this.#role(prior), impliedRoleId: this.#role(implied) };
  }

  #role(name: string): string {
    return this.#ids.roles.get(name)!;
  }
}
