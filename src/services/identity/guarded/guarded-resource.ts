import type { EntityManager } from '@mikro-orm/postgresql';
import { ResourceRepository, type StoredResource } from '../../../database/keystone/resource.repository.ts';
import { ImpliedRole } from '../../../database/keystone/role.entity.ts';
import type { BootstrapRequest } from '../../../rules/identity/bootstrap/request.ts';
import { RuleError } from '../../../rules/errors.ts';
import type { IdentitySnapshot } from '../../../rules/identity/bootstrap/snapshot.ts';
import {
  assertDeletable,
  assertImplicationsEditable,
  assertUpdatable,
  type Guarded,
  readImmutability,
} from '../../../rules/identity/immutability.ts';
import { kinds, type ResourceKind } from '../../../rules/identity/kinds.ts';
import type { Resource, ResourcePatch, ResourceValues } from '../../../rules/identity/resource.ts';
import type { Checked } from '../../../rules/identity/resource-input.ts';
import { type Actor, type AuditedChange, writeAudit } from '../../audit/audit-writer.ts';
import { implication, subject } from '../audited.ts';
import { flagOrigins } from '../flag-origin.ts';
import { BootstrapWriter } from './bootstrap-writer.ts';
import { cascade } from './cascade.ts';
import { lockRoles, lockRow } from '../locks.ts';
import { writeOptions } from './options.ts';
import { writePassword } from './password-rows.ts';
import { assertCreatable, assertEnabledFits, holdDefaultProject } from './place.ts';
import { revokeTokens } from './revocations.ts';
import { linkRoles } from './role-links.ts';
import { assertLocalLogin, insertRow, updateRow, updateTags } from './rows.ts';

/** The hash of a password, made before the transaction since it takes long; null: no password is set. */
export type HashedPassword = string | null;

/**
 * The one door to roles, users, projects and domains: loads the row FOR UPDATE, asks the immutability rule, writes, and
 * audits, all in the transaction of `em`. Nothing else may call the rule or write these tables.
 */
export class GuardedResource {
  readonly #em: EntityManager;
  readonly #actor: Actor;
  readonly #resources: ResourceRepository;

  constructor(em: EntityManager, actor: Actor) {
    this.#em = em;
    this.#actor = actor;
    this.#resources = new ResourceRepository(em);
  }

  async create(
    kind: ResourceKind,
    checked: Checked<ResourceValues>,
    hash: HashedPassword,
  ): Promise<Resource> {
    await assertCreatable(this.#em, kind, checked);
    const id = await insertRow(this.#em, kind, checked);
    if (hash !== null) await writePassword(this.#em, id, hash);
    await writeOptions(this.#em, kind, id, checked.options);
    if (checked.tags?.length) {
      const { resource } = await this.#get(kind, id);
      await updateTags(this.#em, resource, { add: checked.tags, remove: [], clear: false });
    }
    const { resource: after } = await this.#get(kind, id);
    await this.#audit({ action: 'create', ...subject(kind, after), before: null, after });
    return after;
  }

  async update(
    kind: ResourceKind,
    id: string,
    checked: Checked<ResourcePatch>,
    hash: HashedPassword,
  ): Promise<Resource> {
    // Before the user, as whoever deletes the project locks them.
    const { logsIn } = kinds[kind];
    if (logsIn) await holdDefaultProject(this.#em, checked.default_project_id);
    const { resource: before, guarded } = await this.#lock(kind, id);
    assertUpdatable(guarded, checked);
    if (hash !== null || (logsIn && checked.name !== undefined)) await assertLocalLogin(this.#em, before);
    await assertEnabledFits(this.#em, kind, before, checked.enabled);
    await updateRow(this.#em, kind, before, checked);
    if (checked.tags) await updateTags(this.#em, before, checked.tags);
    await writeOptions(this.#em, kind, id, checked.options);
    if (hash !== null) await writePassword(this.#em, id, hash);
    const isDisabled = logsIn && checked.enabled === false && before['enabled'] !== false;
    if (hash !== null || isDisabled) await revokeTokens(this.#em, 'user', [id]);
    const { resource: after } = await this.#get(kind, id);
    const action = hash === null ? 'update' : 'set password';
    await this.#audit({ action, ...subject(kind, after), before, after });
    return after;
  }

  /** `withSubtree`: a project's descendants go too. A domain always takes everything in it along. */
  async delete(kind: ResourceKind, id: string, { withSubtree = false } = {}): Promise<void> {
    const { resource, guarded } = await this.#lock(kind, id);
    assertDeletable(guarded);
    const changes = await cascade(this.#em, { kind, resource, withSubtree }, (below, ids) =>
      this.#guardedAll(below, ids),
    );
    await this.#audit(...changes);
  }

  /** Lets whoever has the prior role have the implied one too. */
  async imply(prior: Resource, implied: Resource): Promise<void> {
    await linkRoles(this.#em, { prior, implied }, () => this.#assertImplicationsEditable(prior.id));
    await this.#audit(implication('create', prior, implied));
  }

  async stopImplying(prior: Resource, implied: Resource): Promise<void> {
    await lockRoles(this.#em, [prior.id, implied.id]);
    await this.#assertImplicationsEditable(prior.id);
    const link = { priorRoleId: prior.id, impliedRoleId: implied.id };
    if ((await this.#em.nativeDelete(ImpliedRole, link)) === 0)
      throw new RuleError('NotFound', `The role ${prior.name} does not imply ${implied.name}.`, {
        cure: 'See `keyward implied role list`.',
      });
    await this.#audit(implication('delete', prior, implied));
  }

  /** The writer of bootstrap's changes, which repairs the default role chain and its own admin user even if immutable. */
  bootstrapWriter(
    wanted: BootstrapRequest,
    there: IdentitySnapshot,
    hash: () => Promise<string>,
  ): BootstrapWriter {
    return new BootstrapWriter(this.#em, wanted, there, hash);
  }

  /** Locks a resource and returns it as it is then. */
  async #lock(kind: ResourceKind, id: string): Promise<{ resource: Resource; guarded: Guarded }> {
    await lockRow(this.#em, kind, id);
    const stored = await this.#get(kind, id);
    const [guarded] = await this.#describe(kind, [stored]);
    return { resource: stored.resource, guarded: guarded! };
  }

  async #assertImplicationsEditable(priorId: string): Promise<void> {
    const [guarded] = await this.#describe('role', [await this.#get('role', priorId)]);
    assertImplicationsEditable(guarded!);
  }

  async #get(kind: ResourceKind, id: string): Promise<StoredResource> {
    const stored = await this.#resources.find(kind, id);
    if (stored) return stored;
    throw new RuleError('NotFound', `No ${kind} with the id ${id} exists.`, {
      cure: `See \`keyward ${kind} list\`.`,
    });
  }

  async #guardedAll(kind: ResourceKind, ids: string[]): Promise<{ resource: Resource; guarded: Guarded }[]> {
    const stored = await this.#resources.findAll(kind, ids);
    const guarded = await this.#describe(kind, stored);
    return stored.map(({ resource }, index) => ({ resource, guarded: guarded[index]! }));
  }

  async #describe(kind: ResourceKind, stored: StoredResource[]): Promise<Guarded[]> {
    const held = stored.filter(({ immutable }) => readImmutability(immutable) !== 'mutable');
    const origins = await flagOrigins(
      this.#em,
      kind,
      held.map(({ resource: { id }, immutable }) => ({ id, immutable })),
    );
    return stored.map(({ resource: { id, name }, immutable }) => ({
      kind,
      id,
      name,
      immutability: readImmutability(immutable),
      origin: `immutable, ${origins.get(id) ?? ''}`,
    }));
  }

  #audit(...changes: AuditedChange[]): Promise<void> {
    return writeAudit(this.#em, this.#actor, changes);
  }
}
