import { recordOf, type ResourceOutput } from './output/resource-views.ts';
import type { ListOf } from './output/outputs.ts';
import { assertColumns, printRecord } from './output/formats.ts';
import { printPages } from './output/pages.ts';
import {
  type CreateFlags,
  type DeleteFlags,
  type ListFlags,
  patchOf,
  type SetFlags,
  type ShowFlags,
  valuesOf,
} from './flags/resource-requests.ts';
import { refOf } from './flags/grant-flags.ts';
import { cacheWarning } from './output/cache-warning.ts';
import type { PasswordHashing } from '../rules/identity/password.ts';
import { RuleError, UsageError } from '../rules/errors.ts';
import type { ResourceKind } from '../rules/identity/kinds.ts';
import type { Resource } from '../rules/identity/resource.ts';
import type { Actor } from '../services/audit/audit-writer.ts';
import type { ListFilter } from '../services/identity/resource-service.ts';
import { EngineCommand } from './engine-command.ts';
import { type DatabaseFlags, lockTimeoutFlag } from './flags/settings-flags.ts';
import type { Engine } from '../engine/engine.ts';
import type { IdentityServices } from '../engine/identity.ts';

/** What a change is made with: services of the identity database, what the settings say, and who asks. */
export type IdentityChange = Pick<IdentityServices, 'resources' | 'grants' | 'impliedRoles'> & {
  actor: Actor;
  hashing: PasswordHashing;
  defaultDomainId: string;
};

/** A command on roles, users, projects or domains. It makes each change in one transaction, and starts no run. */
export abstract class ResourceCommand extends EngineCommand {
  static override baseFlags = lockTimeoutFlag;

  protected readIdentity<T>(
    flags: DatabaseFlags,
    use: (services: IdentityServices) => Promise<T>,
  ): Promise<T> {
    return this.withEngine(flags, async ({ identity }) => use(await identity.services()), {
      lockSeconds: flags.timeout,
    });
  }

  /** Where something was changed, says what there is to know of it: `note`, and that a Keystone beside us caches. */
  protected changeIdentity<T>(
    flags: DatabaseFlags,
    use: (change: IdentityChange) => Promise<T>,
    note?: string,
  ): Promise<T> {
    const work = async ({ identity }: Engine): Promise<T> => {
      const tell = (): void => {
        for (const line of [note, cacheWarning(identity.settings)]) if (line) this.announce(line);
      };
      try {
        const result = await use(await this.#changeOf(identity));
        tell();
        return result;
      } catch (error) {
        // Of several names some were changed, or may have been.
        if (error instanceof RuleError && error.outcome === 'changed') tell();
        throw error;
      }
    };
    return this.withEngine(flags, work, { lockSeconds: flags.timeout });
  }

  async #changeOf(identity: Engine['identity']): Promise<IdentityChange> {
    const { resources, grants, impliedRoles } = await identity.services();
    const { passwordHashing, defaultDomainId } = identity.settings;
    return {
      resources,
      grants,
      impliedRoles,
      actor: this.newActor(),
      hashing: passwordHashing.value,
      defaultDomainId: defaultDomainId.value,
    };
  }

  protected async createResource(
    output: ResourceOutput,
    name: string,
    flags: CreateFlags,
    { password, noteOf }: { password?: string | undefined; noteOf?: (made: Resource) => string | null } = {},
  ): Promise<void> {
    const { kind } = output;
    const named = valuesOf(name, flags);
    assertColumns(Object.keys(recordOf(output, { id: '', options: {}, ...named }, null)), flags);
    const resource = await this.changeIdentity(flags, async (change) => {
      const values = { ...named, ...(password !== undefined && { password }) };
      const { resources, actor, hashing, defaultDomainId } = change;
      const { domain, parent } = flags;
      const place = { domain, parent, defaultProject: defaultProjectIn(flags), defaultDomainId };
      return resources.create(kind, values, actor, { hashing, place, orShow: flags['or-show'] ?? false });
    });
    const note = noteOf?.(resource);
    if (note) this.announce(note);
    await printRecord(recordOf(output, resource, null), flags);
  }

  /** Tries each name. What failed is told, and makes the exit code 1. */
  protected async setResources(
    kind: ResourceKind,
    names: string[],
    flags: SetFlags,
    { password, note }: { password?: string | undefined; note?: string | undefined } = {},
  ): Promise<void> {
    const patch = { ...patchOf(flags), ...(password !== undefined && { password }) };
    if (names.length > 1 && patch.name !== undefined)
      throw new UsageError('--name can be given to one only.', `Name one ${kind}.`);
    const defaultProject = defaultProjectIn(flags);
    const setAll = ({ resources, actor, hashing }: IdentityChange): Promise<void> =>
      this.doEach({ kind, names, done: 'set' }, async (nameOrId) => {
        const ref = { nameOrId, domain: flags.domain };
        await resources.update(kind, ref, patch, actor, { hashing, defaultProject });
      });
    await this.changeIdentity(flags, setAll, note);
  }

  protected async deleteResources(kind: ResourceKind, names: string[], flags: DeleteFlags): Promise<void> {
    await this.changeIdentity(flags, (change) =>
      this.doEach({ kind, names, done: 'deleted' }, (nameOrId) =>
        change.resources.delete(kind, { nameOrId, domain: flags.domain }, change.actor, {
          withSubtree: flags.cascade ?? false,
        }),
      ),
    );
  }

  protected async showResource(output: ResourceOutput, nameOrId: string, flags: ShowFlags): Promise<void> {
    const record = await this.readIdentity(flags, async ({ resources }) => {
      const { resource, origin } = await resources.show(output.kind, { nameOrId, domain: flags.domain });
      const shown = recordOf(output, resource, origin);
      if (!flags.parents && !flags.children) return shown;
      const { parents, subtree } = await resources.family(resource.id);
      return { ...shown, ...(flags.parents && { parents }), ...(flags.children && { subtree }) };
    });
    await printRecord(record, flags);
  }

  protected listResources(
    output: ListOf<Resource> & { kind: ResourceKind },
    flags: ListFlags,
  ): Promise<void> {
    output.assertColumns(flags);
    const { kind } = output;
    const filter = filterOf(kind, flags);
    const next = (last: Resource) => `add \`--marker ${last.id}\` for the next page, or `;
    return this.readIdentity(flags, ({ resources }) =>
      printPages((limit) => resources.list(kind, { ...filter, limit }), output, flags, {
        announce: this.announce,
        next,
      }),
    );
  }
}

const defaultProjectIn = (flags: SetFlags) => refOf(flags.project, flags['project-domain']);

const filterOf = (kind: ResourceKind, flags: ListFlags): ListFilter => ({
  domain: flags.domain,
  parent: flags.parent,
  global: kind === 'role' && flags.domain === undefined && !flags['all-domains'],
  name: flags.name,
  project: flags.project === undefined ? undefined : { nameOrId: flags.project },
  user: flags.user === undefined ? undefined : { nameOrId: flags.user, domain: flags.domain },
  tags: {
    all: flags.tags?.split(','),
    any: flags['tags-any']?.split(','),
    notAll: flags['not-tags']?.split(','),
    none: flags['not-tags-any']?.split(','),
  },
  enabled: flags.enabled || (flags.disabled ? false : undefined),
  immutable: flags.immutable || (flags.mutable ? false : undefined),
  marker: flags.marker,
});
