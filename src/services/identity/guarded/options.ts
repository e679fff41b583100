import type { EntityManager } from '@mikro-orm/postgresql';
import { ProjectOption } from '../../../database/keystone/project-option.entity.ts';
import { RoleOption } from '../../../database/keystone/role.entity.ts';
import { UserOption } from '../../../database/keystone/user.entity.ts';
import { KeywardUserOption } from '../../../database/keyward/user-option.entity.ts';
import type { ResourceKind, ResourceOptions } from '../../../rules/identity/resource.ts';
import { OPTION_IDS, type OptionName } from '../../../rules/identity/resource-options.ts';

/** Stores options as Keystone does: null deletes the row, anything else is one; what is not named stays. */
export async function writeOptions(
  em: EntityManager,
  kind: ResourceKind,
  id: string,
  options: ResourceOptions = {},
): Promise<void> {
  for (const [name, value] of Object.entries(options))
    await writeOption(em, kind, id, name as OptionName, value);
}

async function writeOption(
  em: EntityManager,
  kind: ResourceKind,
  id: string,
  name: OptionName,
  value: unknown,
): Promise<void> {
  const optionId = OPTION_IDS[name];
  const optionValue = JSON.stringify(value);
  if (kind === 'role') {
    if (value === null) await em.nativeDelete(RoleOption, { roleId: id, optionId });
    else await em.upsert(RoleOption, { roleId: id, optionId, optionValue });
  } else if (kind === 'user') {
    const table = name === 'immutable' ? KeywardUserOption : UserOption;
    if (value === null) await em.nativeDelete(table, { userId: id, optionId });
    else await em.upsert(table, { userId: id, optionId, optionValue });
  } else if (value === null) await em.nativeDelete(ProjectOption, { projectId: id, optionId });
  else await em.upsert(ProjectOption, { projectId: id, optionId, optionValue });
}
