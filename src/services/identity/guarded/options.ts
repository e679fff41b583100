import type { EntityManager } from '@mikro-orm/postgresql';
import { ProjectOption } from '../../../database/keystone/project-option.entity.ts';
import { RoleOption } from '../../../database/keystone/role.entity.ts';
import { KeywardUserOption } from '../../../database/keyward/user-option.entity.ts';
import type { ResourceKind } from '../../../rules/resource.ts';

const IMMUTABLE = 'IMMU';

/** Stores `immutable` as Keystone does: true and false are rows, null (or never given) is none. */
export async function writeImmutable(
  em: EntityManager,
  kind: ResourceKind,
  id: string,
  value: boolean | null,
): Promise<void> {
  const optionId = IMMUTABLE;
  const optionValue = JSON.stringify(value);
  if (kind === 'role') {
    if (value === null) await em.nativeDelete(RoleOption, { roleId: id, optionId });
    else await em.upsert(RoleOption, { roleId: id, optionId, optionValue });
  } else if (kind === 'user') {
    if (value === null) await em.nativeDelete(KeywardUserOption, { userId: id, optionId });
    else await em.upsert(KeywardUserOption, { userId: id, optionId, optionValue });
  } else if (value === null) await em.nativeDelete(ProjectOption, { projectId: id, optionId });
  else await em.upsert(ProjectOption, { projectId: id, optionId, optionValue });
}
