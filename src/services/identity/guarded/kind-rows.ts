import type { EntityManager } from '@mikro-orm/postgresql';
import { databaseNow } from '../../../database/database-time.ts';
import { Project } from '../../../database/keystone/project.entity.ts';
import { Role } from '../../../database/keystone/role.entity.ts';
import { LocalUser, User } from '../../../database/keystone/user.entity.ts';
import { domainIn } from '../../../rules/identity/domain-in.ts';
import type { ResourceKind } from '../../../rules/identity/kinds.ts';
import type { ResourcePatch, ResourceValues } from '../../../rules/identity/resource.ts';
import { ROOT_DOMAIN } from '../../../rules/identity/stored-domain.ts';

/** What the rows of every new resource are made of. */
type New = { id: string; extra: string };
/** How the rows of a kind are written as Keystone 30 does; options, tags, passwords and `extra`'s changes are not. */
type KindRows = {
  insert(em: EntityManager, made: New, values: ResourceValues): Promise<void>;
  update(em: EntityManager, id: string, patch: ResourcePatch): Promise<void>;
};

const role: KindRows = {
  async insert(em, made, { name, domain_id: domainId = null, description = null }) {
    await em.insert(Role, { ...made, name, domainId, description });
  },
  async update(em, id, { name, description }) {
    const columns = given({ name, description });
    if (columns) await em.nativeUpdate(Role, { id }, columns);
  },
};

const user: KindRows = {
  async insert(em, made, values) {
    const { name, enabled = true, default_project_id: defaultProjectId = null } = values;
    const domainId = domainIn('user', values);
    await em.insert(User, { ...made, domainId, enabled, defaultProjectId, createdAt: databaseNow() });
    await em.insert(LocalUser, { userId: made.id, domainId, name, failedAuthCount: enabled ? 0 : null });
  },
  /** NOTE: any update of an enabled user forgets its failed logins (`keystone/identity/backends/sql_model.py`). */
  async update(em, id, { name, enabled, default_project_id: defaultProjectId }) {
    const columns = given({ enabled, defaultProjectId });
    if (columns) await em.nativeUpdate(User, { id }, columns);
    if (name !== undefined) await em.nativeUpdate(LocalUser, { userId: id }, { name });
    await forgetFailedLogins(em, id);
  },
};

const project: KindRows = {
  async insert(em, made, values) {
    const { name, enabled = true, description = '' } = values;
    const domainId = domainIn('project', values);
    const place = { domainId, parentId: values.parent_id ?? domainId, isDomain: false };
    await em.insert(Project, { ...made, name, enabled, description, ...place });
  },
  update: updateProject,
};

const domain: KindRows = {
  async insert(em, made, { name, enabled = true, description = '' }) {
    const place = { domainId: ROOT_DOMAIN, parentId: null, isDomain: true };
    await em.insert(Project, { ...made, name, enabled, description, ...place });
  },
  update: updateProject,
};

export const kindRows: Record<ResourceKind, KindRows> = { role, user, project, domain };

async function updateProject(em: EntityManager, id: string, patch: ResourcePatch): Promise<void> {
  const { name, description, enabled } = patch;
  const columns = given({ name, description, enabled });
  if (columns) await em.nativeUpdate(Project, { id }, columns);
}

/** What an account was locked for is over; a disabled user's failures stay, as in Keystone. */
export async function forgetFailedLogins(em: EntityManager, userId: string): Promise<void> {
  await em.execute(
    `update local_user set failed_auth_count = 0, failed_auth_at = null
     where user_id = ? and (select enabled from "user" where id = ?)`,
    [userId, userId],
  );
}

/** The columns that something was said of; null: none. */
function given<T extends object>(columns: T): { [key in keyof T]: Exclude<T[key], undefined> } | null {
  const said = Object.entries(columns).filter(([, value]) => value !== undefined);
  return said.length > 0 ? (Object.fromEntries(said) as never) : null;
}
