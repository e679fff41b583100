import type { EntityManager } from '@mikro-orm/postgresql';
import { descendants, lineage } from '../../../database/keystone/project-tree.ts';
import { Project } from '../../../database/keystone/project.entity.ts';
import { RuleError, UsageError } from '../../../rules/errors.ts';
import { domainIn } from '../../../rules/identity/domain-in.ts';
import { kinds, type ResourceKind } from '../../../rules/identity/kinds.ts';
import type { Resource, ResourceValues } from '../../../rules/identity/resource.ts';
import { hold } from '../locks.ts';

/** `[DEFAULT] max_project_tree_depth`'s default: projects below one another, the domain not counted. */
const MAX_DEPTH = 5;

/** Where something may be made: `keystone/resource/core.py`'s constraints. What it depends on is held till the end. */
export async function assertCreatable(
  em: EntityManager,
  kind: ResourceKind,
  values: ResourceValues,
): Promise<void> {
  const { parent_id: parentId = null } = values;
  const { domain, logsIn, isTree } = kinds[kind];
  const domainId = domain === 'must' ? domainIn(kind, values) : (values.domain_id ?? null);
  if (domainId !== null) await hold(em, 'domain', domainId);
  if (parentId !== null) await hold(em, 'project', parentId);
  if (domainId !== null) await assertDomain(em, domainId);
  if (logsIn) await holdDefaultProject(em, values.default_project_id);
  if (isTree) await assertFitsBelow(em, parentId ?? domainIn(kind, values), domainIn(kind, values));
}

async function assertFitsBelow(em: EntityManager, parent: string, domainId: string): Promise<void> {
  await assertParent(em, parent, domainId);
  const above = await lineage(em, parent);
  const disabled = above.find(({ enabled }) => !enabled);
  if (disabled) {
    throw new RuleError(
      'ParentDisabled',
      `cannot create a project in a branch containing a disabled project: ${disabled.id}`,
      { cure: 'Enable it, or choose another parent.' },
    );
  }
  if (above.length > MAX_DEPTH) {
    throw new RuleError('TreeTooDeep', `Max hierarchy depth reached for ${parent} branch.`, {
      cure: `At most ${MAX_DEPTH} projects may lie below one another.`,
    });
  }
}

/**
 * Enabled projects have enabled parents: `keystone/resource/core.py`. A domain may be disabled as it is.
 * NOTE: like there, an update that does not say `enabled` counts as one that enables.
 */
export async function assertEnabledFits(
  em: EntityManager,
  kind: ResourceKind,
  project: Resource,
  enabled = true,
): Promise<void> {
  if (!kinds[kind].isTree || enabled === project['enabled']) return;
  if (enabled) return assertParentsEnabled(em, project);
  const below = (await descendants(em, project.id)).find((each) => each.enabled);
  if (!below) return;
  throw new RuleError(
    'SubtreeEnabled',
    `Cannot disable project ${project.id} since its subtree contains enabled projects.`,
    { cure: `Disable ${below.id} first.` },
  );
}

/** Refuses a domain, as `keystone/identity/core.py` does, and a project that is gone, which Keystone accepts. */
export async function holdDefaultProject(em: EntityManager, id: string | null | undefined): Promise<void> {
  if (!id) return;
  await hold(em, 'project', id);
  if (!(await em.count(Project, { id, isDomain: true }))) return;
  throw new UsageError(`User's default project ID cannot be a domain ID: ${id}.`, 'Name a project.');
}

async function assertParentsEnabled(em: EntityManager, project: Resource): Promise<void> {
  await hold(em, 'project', project['parent_id'] as string);
  const above = await lineage(em, project['parent_id'] as string);
  const disabled = above.find(({ enabled }) => !enabled);
  if (!disabled) return;
  throw new RuleError('ParentDisabled', `Cannot enable project ${project.id} since it has disabled parents`, {
    cure: `Enable ${disabled.id} first.`,
  });
}

async function assertDomain(em: EntityManager, id: string): Promise<void> {
  if (await em.count(Project, { id, isDomain: true })) return;
  throw new RuleError('NotFound', `No domain with the id ${id} exists.`, {
    cure: 'See `keyward domain list`.',
  });
}

async function assertParent(em: EntityManager, parentId: string, domainId: string): Promise<void> {
  const parent = await em.findOneOrFail(Project, { id: parentId });
  if ((parent.isDomain ? parent.id : parent.domainId) === domainId) return;
  throw new RuleError('ParentElsewhere', `The parent ${parentId} is in another domain than ${domainId}.`, {
    cure: 'Choose a parent in the same domain, or give its --domain.',
  });
}
