import { headingsOf, recordOf, rowOf } from './output/resource-views.ts';
import { assertColumns, type FormatOptions, printRecord } from './output/formats.ts';
import { printPages } from './output/pages.ts';
import { refOf } from './flags/grant-flags.ts';
import { patchOf, type ResourceFlags, valuesOf } from './flags/resource-requests.ts';
import { cacheWarning } from './output/cache-warning.ts';
import { renderError } from './output/render-error.ts';
import type { PasswordHashing } from '../rules/identity/bootstrap/request.ts';
import { ExitCode, RuleError, UsageError } from '../rules/errors.ts';
import type { ResourceKind } from '../rules/identity/kinds.ts';
import type { Resource } from '../rules/identity/resource.ts';
import type { Actor } from '../services/audit/audit-writer.ts';
import type { ListFilter } from '../services/identity/resource-service.ts';
import { EngineCommand, lockTimeoutFlag, type SettingsFlags } from './engine-command.ts';
import type { Engine } from '../engine/engine.ts';
import type { IdentityServices } from '../engine/identity.ts';
import { Tally } from './output/tally.ts';

const USER_FLAG =
  'Note: keyward refuses to change an immutable user; the API of Keystone itself does not know the flag.';

/** The services of the identity database, and on whose behalf they are asked. */
export type Session = Pick<IdentityServices, 'resources' | 'grants' | 'impliedRoles'> & {
  actor: Actor;
  hashing: PasswordHashing;
  defaultDomainId: string;
};
type DatabaseFlags = SettingsFlags & { timeout?: number };
type CreateFlags = ResourceFlags &
  DatabaseFlags &
  FormatOptions & {
    domain?: string | undefined;
    parent?: string | undefined;
    'or-show'?: boolean;
  } & DefaultProject;
type SetFlags = ResourceFlags & DatabaseFlags & { domain?: string | undefined } & DefaultProject;
type DefaultProject = { project?: string | undefined; 'project-domain'?: string | undefined };
type ListFlags = FormatOptions &
  DatabaseFlags & {
    long?: boolean;
    domain?: string | undefined;
    parent?: string | undefined;
    'all-domains'?: boolean;
    name?: string | undefined;
    project?: string | undefined;
    user?: string | undefined;
    tags?: string | undefined;
    'tags-any'?: string | undefined;
    'not-tags'?: string | undefined;
    'not-tags-any'?: string | undefined;
    immutable: boolean;
    mutable: boolean;
    enabled?: boolean;
    disabled?: boolean;
    limit?: number | undefined;
    marker?: string | undefined;
  };

/** A command on roles, users, projects or domains: one transaction, no run. */
export abstract class ResourceCommand extends EngineCommand {
  static override baseFlags = lockTimeoutFlag;

  #hasWritten = false;

  /** `writes`: warns where a Keystone beside us may not see the change at once. */
  protected withSession<T>(
    flags: DatabaseFlags,
    use: (session: Session) => Promise<T>,
    { writes = true } = {},
  ): Promise<T> {
    const work = async ({ identity }: Engine): Promise<T> => {
      const { passwordHashing, defaultDomainId } = identity.settings;
      const { resources, grants, impliedRoles } = await identity.services();
      const actor = {
        requestId: this.newRequestId(),
        operation: this.id!.replaceAll(':', ' '),
        requester: this.requester(),
      };
      const session = {
        resources,
        grants,
        impliedRoles,
        actor,
        hashing: passwordHashing.value,
        defaultDomainId: defaultDomainId.value,
      };
      try {
        const result = await use(session);
        this.#hasWritten ||= writes;
        return result;
      } finally {
        // Also where only some of several were written.
        const warning = this.#hasWritten ? cacheWarning(identity.settings) : null;
        if (warning) this.announce(warning);
      }
    };
    return this.withEngine(flags, work, flags.timeout);
  }

  protected async createResource(
    kind: ResourceKind,
    name: string,
    flags: CreateFlags,
    password?: string,
  ): Promise<void> {
    const named = valuesOf(name, flags);
    assertColumns(Object.keys(recordOf(kind, { id: '', options: {}, ...named }, null)), flags);
    const resource = await this.withSession(flags, async (session) => {
      const values = { ...named, ...(password !== undefined && { password }) };
      const { hashing, defaultDomainId } = session;
      const { domain, parent } = flags;
      const place = { domain, parent, defaultProject: defaultProjectIn(flags), defaultDomainId };
      const options = { hashing, place, orShow: flags['or-show'] ?? false };
      return session.resources.create(kind, values, session.actor, options);
    });
    if (kind === 'user' && resource.options.immutable) this.announce(USER_FLAG);
    await printRecord(recordOf(kind, resource, null), flags);
  }

  /** Each is tried; what failed is told, and makes the exit code 1. */
  protected async setResources(
    kind: ResourceKind,
    names: string[],
    flags: SetFlags,
    password?: string,
  ): Promise<void> {
    const patch = { ...patchOf(flags), ...(password !== undefined && { password }) };
    if (names.length > 1 && patch.name !== undefined)
      throw new UsageError('--name can be given to one only.', `Name one ${kind}.`);
    const defaultProject = defaultProjectIn(flags);
    await this.withSession(flags, ({ resources, actor, hashing }) =>
      this.#each(kind, names, 'set', async (nameOrId) => {
        const ref = { nameOrId, domain: flags.domain };
        await resources.update(kind, ref, patch, actor, { hashing, defaultProject });
        if (kind === 'user' && flags.immutable && !this.#hasWritten) this.announce(USER_FLAG);
      }),
    );
  }

  protected async deleteResources(
    kind: ResourceKind,
    names: string[],
    flags: DatabaseFlags & { domain?: string | undefined; cascade?: boolean },
  ): Promise<void> {
    await this.withSession(flags, (session) =>
      this.#each(kind, names, 'deleted', (nameOrId) =>
        session.resources.delete(kind, { nameOrId, domain: flags.domain }, session.actor, {
          withSubtree: flags.cascade ?? false,
        }),
      ),
    );
  }

  protected async showResource(
    kind: ResourceKind,
    nameOrId: string,
    flags: DatabaseFlags &
      FormatOptions & { domain?: string | undefined; parents?: boolean; children?: boolean },
  ): Promise<void> {
    const record = await this.withSession(
      flags,
      async ({ resources }) => {
        const { resource, origin } = await resources.show(kind, { nameOrId, domain: flags.domain });
        if (!flags.parents && !flags.children) return recordOf(kind, resource, origin);
        const { parents, subtree } = await resources.family(resource.id);
        return {
          ...recordOf(kind, resource, origin),
          ...(flags.parents && { parents }),
          ...(flags.children && { subtree }),
        };
      },
      { writes: false },
    );
    await printRecord(record, flags);
  }

  protected listResources(kind: ResourceKind, flags: ListFlags): Promise<void> {
    assertColumns(headingsOf(kind, flags), flags);
    return this.withSession(flags, ({ resources }) => this.#list(resources, kind, flags), { writes: false });
  }

  async #list(resources: Session['resources'], kind: ResourceKind, flags: ListFlags): Promise<void> {
    const view = {
      headings: headingsOf(kind, flags),
      row: rowOf(kind, flags),
      next: (last: Resource) => `add \`--marker ${last.id}\` for the next page, or `,
    };
    const pages = (limit: number | undefined) => resources.list(kind, { ...filterOf(kind, flags), limit });
    await printPages(pages, view, flags, this.announce);
  }

  /** Does each in turn. A refusal concerns one of them only; whatever else goes wrong ends it. All are accounted for. */
  async #each(
    kind: ResourceKind,
    names: string[],
    done: string,
    work: (nameOrId: string) => Promise<void>,
  ): Promise<void> {
    if (names.length === 1) return work(names[0]!);
    const tally = new Tally(kind, done, names);
    for (const name of names) {
      try {
        await work(name);
        tally.count(name);
        this.#hasWritten = true;
      } catch (error) {
        tally.fail(name, error as Error);
        this.announce(`${name}: ${renderError(this.configured(error as Error))}`);
        if (!(error instanceof RuleError) || error.exitCode !== ExitCode.refused) break;
      }
    }
    tally.assertAllDone();
  }
}

const defaultProjectIn = (flags: DefaultProject) => refOf(flags.project, flags['project-domain']);

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
