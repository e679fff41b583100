import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { databaseNow } from '../../../database/database-time.ts';
import { ProjectTag } from '../../../database/keystone/project-option.entity.ts';
import { Project } from '../../../database/keystone/project.entity.ts';
import { ROOT_DOMAIN } from '../../../database/keystone/resource-select.ts';
import { Role } from '../../../database/keystone/role.entity.ts';
import { LocalUser, User } from '../../../database/keystone/user.entity.ts';
import { RuleError } from '../../../rules/errors.ts';
import type {
  Resource,
  ResourceKind,
  ResourcePatch,
  ResourceValues,
  TagEdit,
} from '../../../rules/identity/resource.ts';
import { assertTagsFit } from '../../../rules/identity/resource-input.ts';
import { parsedExtra } from '../../../database/stored-json.ts';
import { TABLE } from '../locks.ts';

/** Attributes with a column of their own, or with a meaning of their own; everything else is kept in `extra`. */
const COLUMNS: Record<ResourceKind, string[]> = {
  role: ['name', 'domain_id', 'description', 'options'],
  user: ['name', 'domain_id', 'enabled', 'default_project_id', 'options', 'password'],
  project: ['name', 'domain_id', 'parent_id', 'enabled', 'description', 'tags', 'options'],
  domain: ['name', 'domain_id', 'enabled', 'description', 'options'],
};
export const newId = (): string => randomUUID().replaceAll('-', '');

/** Inserts the rows of a new resource as Keystone 30 does; options, tags and passwords are not among them. */
export async function insertRow(
  em: EntityManager,
  kind: ResourceKind,
  values: ResourceValues,
): Promise<string> {
  const id = newId();
  const { name, domain_id: domainId = null, enabled = true } = values;
  const extra = JSON.stringify(extraOf(kind, values));
  if (kind === 'role') {
    await em.insert(Role, { id, name, domainId, description: values.description ?? null, extra });
  } else if (kind === 'user') {
    const defaultProjectId = values.default_project_id ?? null;
    await em.insert(User, {
      id,
      domainId: domainId!,
      enabled,
      defaultProjectId,
      createdAt: databaseNow(),
      extra,
    });
    await em.insert(LocalUser, {
      userId: id,
      domainId: domainId!,
      name,
      failedAuthCount: enabled ? 0 : null,
    });
  } else {
    const isDomain = kind === 'domain';
    const parentId = isDomain ? null : (values.parent_id ?? domainId);
    const description = values.description === undefined ? '' : values.description;
    const place = { domainId: isDomain ? ROOT_DOMAIN : domainId!, parentId, isDomain };
    await em.insert(Project, { id, name, enabled, description, extra, ...place });
  }
  return id;
}

/** Changes the columns that the patch names, and the keys of `extra`; what it does not name stays as it is. */
export async function updateRow(
  em: EntityManager,
  kind: ResourceKind,
  { id }: Resource,
  patch: ResourcePatch,
): Promise<void> {
  const extra = extraOf(kind, patch);
  if (Object.keys(extra).length > 0) await mergeExtra(em, kind, id, extra);
  if (kind === 'user') return updateUser(em, id, patch);
  const { name, description, enabled } = patch;
  const columns = {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(enabled !== undefined && kind !== 'role' && { enabled }),
  };
  if (Object.keys(columns).length === 0) return;
  if (kind === 'role') await em.nativeUpdate(Role, { id }, columns);
  else await em.nativeUpdate(Project, { id }, columns);
}

export async function updateTags(em: EntityManager, project: Resource, edit: TagEdit): Promise<void> {
  const before = new Set(project['tags'] as string[]);
  const kept = [...before].filter((tag) => !edit.clear && !edit.remove.includes(tag));
  const after = new Set([...kept, ...edit.add.map((tag) => tag.trim())]);
  assertTagsFit(after.size);
  const gone = [...before].filter((tag) => !after.has(tag));
  if (gone.length > 0) await em.nativeDelete(ProjectTag, { projectId: project.id, name: { $in: gone } });
  const fresh = [...after].filter((tag) => !before.has(tag));
  if (fresh.length > 0)
    await em.insertMany(ProjectTag, fresh.map((name) => ({ projectId: project.id, name })) as never[]);
}

/** Names and passwords of other users lie with LDAP or an identity provider. */
export async function assertLocalLogin(em: EntityManager, { id, name }: Resource): Promise<void> {
  if (await em.count(LocalUser, { userId: id })) return;
  throw new RuleError('NoLocalLogin', `The user ${name ?? id} has no local login in Keystone's database.`, {
    cure: 'Change its name or password where it comes from: LDAP, or an identity provider.',
  });
}

/** NOTE: any update of an enabled user forgets its failed logins (`keystone/identity/backends/sql_model.py`). */
async function updateUser(em: EntityManager, id: string, patch: ResourcePatch): Promise<void> {
  const { name, enabled, default_project_id: defaultProjectId } = patch;
  const columns = {
    ...(enabled !== undefined && { enabled }),
    ...(defaultProjectId !== undefined && { defaultProjectId }),
  };
  if (Object.keys(columns).length > 0) await em.nativeUpdate(User, { id }, columns);
  if (name !== undefined) await em.nativeUpdate(LocalUser, { userId: id }, { name });
  await forgetFailedLogins(em, id);
}

/** What an account was locked for is over; a disabled user's failures stay, as in Keystone. */
export async function forgetFailedLogins(em: EntityManager, userId: string): Promise<void> {
  await em.execute(
    `update local_user set failed_auth_count = 0, failed_auth_at = null
     where user_id = ? and (select enabled from "user" where id = ?)`,
    [userId, userId],
  );
}

/**
 * Sets keys of `extra`: in the database, so that numbers which JavaScript can't hold stay what they are. What is no JSON
 * object has no keys, and is not thrown away unasked.
 */
async function mergeExtra(
  em: EntityManager,
  kind: ResourceKind,
  id: string,
  extra: Record<string, unknown>,
): Promise<void> {
  const [stored] = await em.execute<{ extra: string | null }[]>(
    `select extra from ${TABLE[kind]} where id = ?`,
    [id],
  );
  if (parsedExtra(stored!.extra) === null) throw unreadableExtra(kind, id, extra);
  await em.execute(
    `update ${TABLE[kind]} set extra = (coalesce(nullif(nullif(extra, ''), 'null'), '{}')::jsonb || ?::jsonb)::text
     where id = ?`,
    [JSON.stringify(extra), id],
  );
}

/** The cure is SQL: a Keystone can't read the row at all, and nobody but the operator knows what should be there. */
function unreadableExtra(kind: ResourceKind, id: string, extra: Record<string, unknown>): RuleError {
  const names = Object.keys(extra).join(', ');
  return new RuleError(
    'ExtraUnreadable',
    `The column extra of the ${kind} ${id} holds no JSON object, so nothing can be set there: ${names}.`,
    {
      cure:
        `See what it holds (\`keyward ${kind} show ${id}\`), then replace it in the identity database ` +
        `(\`update ${TABLE[kind]} set extra = '{}' where id = '${id}'\`) and repeat the command.`,
      outcome: 'unchanged',
    },
  );
}

const extraOf = (kind: ResourceKind, given: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(given).filter(([key, value]) => !COLUMNS[kind].includes(key) && value !== undefined),
  );
