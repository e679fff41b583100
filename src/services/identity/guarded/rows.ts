import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { kindTables } from '../../../database/keystone/kinds.ts';
import { ProjectTag } from '../../../database/keystone/project-tag.entity.ts';
import { LocalUser } from '../../../database/keystone/user.entity.ts';
import { RuleError } from '../../../rules/errors.ts';
import type { ResourceKind } from '../../../rules/identity/kinds.ts';
import type { Resource, ResourcePatch, ResourceValues, TagEdit } from '../../../rules/identity/resource.ts';
import { assertTagsFit } from '../../../rules/identity/resource-input.ts';
import { parsedExtra } from '../../../database/stored-json.ts';
import { kindRows } from './kind-rows.ts';

export const newId = (): string => randomUUID().replaceAll('-', '');

/** Inserts the rows of a new resource; options, tags and passwords are not among them. Returns its id. */
export async function insertRow(
  em: EntityManager,
  kind: ResourceKind,
  values: ResourceValues,
): Promise<string> {
  const id = newId();
  await kindRows[kind].insert(em, { id, extra: JSON.stringify(extraOf(kind, values)) }, values);
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
  await kindRows[kind].update(em, id, patch);
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

/** Refuses users whose names and passwords are kept by LDAP or an identity provider. */
export async function assertLocalLogin(em: EntityManager, { id, name }: Resource): Promise<void> {
  if (await em.count(LocalUser, { userId: id })) return;
  throw new RuleError('NoLocalLogin', `The user ${name ?? id} has no local login in Keystone's database.`, {
    cure: 'Change its name or password where it comes from: LDAP, or an identity provider.',
  });
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
    `select extra from ${kindTables[kind].table} where id = ?`,
    [id],
  );
  if (parsedExtra(stored!.extra) === null) throw unreadableExtra(kind, id, extra);
  await em.execute(
    `update ${kindTables[kind].table} set extra = (coalesce(nullif(nullif(extra, ''), 'null'), '{}')::jsonb || ?::jsonb)::text
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
        `(\`update ${kindTables[kind].table} set extra = '{}' where id = '${id}'\`) and repeat the command.`,
      outcome: 'unchanged',
    },
  );
}

const extraOf = (kind: ResourceKind, given: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(given).filter(
      ([key, value]) => !kindTables[kind].attributes.includes(key) && value !== undefined,
    ),
  );
