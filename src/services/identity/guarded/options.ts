import type { EntityManager } from '@mikro-orm/postgresql';
import { kindTables } from '../../../database/keystone/kinds.ts';
import type { ResourceKind } from '../../../rules/identity/kinds.ts';
import { OPTION_IDS, type OptionName } from '../../../rules/identity/option-ids.ts';
import type { ResourceOptions } from '../../../rules/identity/resource.ts';

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
  const { table: keystones, owner, own } = kindTables[kind].options;
  const table = name === 'immutable' ? (own ?? keystones) : keystones;
  const optionId = OPTION_IDS[name];
  if (value === null) {
    await em.execute(`delete from ${table} where ${owner} = ? and option_id = ?`, [id, optionId]);
    return;
  }
  await em.execute(
    `insert into ${table} (${owner}, option_id, option_value) values (?, ?, ?)
     on conflict (${owner}, option_id) do update set option_value = excluded.option_value`,
    [id, optionId, JSON.stringify(value)],
  );
}
