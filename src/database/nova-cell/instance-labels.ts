import type { EntityManager } from '@mikro-orm/postgresql';
import { DATABASE_NOW, databaseNow } from '../database-time.ts';
import { Instance } from './instance.entity.ts';

/** Changes what a server is called; what is undefined stays. */
export async function renameInstance(
  em: EntityManager,
  uuid: string,
  { name, description }: { name?: string | undefined; description?: string | undefined },
): Promise<void> {
  const changes = {
    ...(name !== undefined && { displayName: name }),
    ...(description !== undefined && { displayDescription: description }),
  };
  await em.nativeUpdate(Instance, { uuid, isDeleted: false }, { ...changes, updatedAt: databaseNow() });
}

/** Sets properties of a server; others stay. The caller has locked it, since no index keeps a key from being there twice. */
export async function putMetadata(
  em: EntityManager,
  uuid: string,
  properties: Record<string, string>,
): Promise<void> {
  const given = [uuid, JSON.stringify(properties)];
  await em.execute(
    `update instance_metadata m set value = given.value, updated_at = ${DATABASE_NOW}
     from jsonb_each_text(?::jsonb) given
     where m.instance_uuid = ? and m.key = given.key and m.deleted = 0`,
    given.toReversed(),
  );
  await em.execute(
    `insert into instance_metadata (created_at, deleted, instance_uuid, key, value)
     select ${DATABASE_NOW}, 0, ?, given.key, given.value from jsonb_each_text(?::jsonb) given
     where not exists (select from instance_metadata m
       where m.instance_uuid = ? and m.key = given.key and m.deleted = 0)`,
    [...given, uuid],
  );
}

/** Adds tags to a server; one that it has already stays. */
export async function addTags(em: EntityManager, uuid: string, tags: string[]): Promise<void> {
  await em.execute(
    `insert into tags (resource_id, tag) select ?, tag from jsonb_array_elements_text(?::jsonb) tag
     on conflict do nothing`,
    [uuid, JSON.stringify(tags)],
  );
}
