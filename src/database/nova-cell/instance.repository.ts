import type { InferEntity } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { databaseNow } from '../database-time.ts';
import { InstanceExtra, InstanceSystemMetadata } from './instance-details.entity.ts';
import { Instance } from './instance.entity.ts';

/** A living server with what Nova keeps of it in other tables. */
export type StoredInstance = {
  instance: InferEntity<typeof Instance>;
  extra: InferEntity<typeof InstanceExtra> | null;
  systemMetadata: Record<string, string | null>;
};

/**
 * Null: there is no such server in this cell, or it is deleted. With `lock` nobody
 * else changes it until the transaction ends; rows that refer to it may come, as Nova's faults and actions do.
 */
export async function findInstance(
  em: EntityManager,
  uuid: string,
  { lock = false } = {},
): Promise<StoredInstance | null> {
  const fresh = { disableIdentityMap: true, orderBy: { id: 'asc' } } as const;
  if (lock) await lockInstance(em, uuid);
  const instance = await em.findOne(Instance, { uuid, isDeleted: false }, { disableIdentityMap: true });
  if (!instance) return null;
  const extra = await em.findOne(InstanceExtra, { instanceUuid: uuid, isDeleted: false }, fresh);
  const rows = await em.find(InstanceSystemMetadata, { instanceUuid: uuid }, fresh);
  const systemMetadata = Object.fromEntries(rows.map(({ key, value }) => [key, value ?? null]));
  return { instance, extra, systemMetadata };
}

/** Keeps everybody else from changing a server until the transaction ends; rows that refer to it may come. */
export async function lockInstance(em: EntityManager, uuid: string): Promise<void> {
  await em.execute('select from instances where uuid = ? for no key update', [uuid]);
}

/**
 * Writes one key of a server's system metadata. The caller has locked the server: no index keeps two writers from making
 * a row of the same key each. A value has at most 255 characters.
 */
export async function putSystemMetadata(
  em: EntityManager,
  instanceUuid: string,
  key: string,
  value: string,
): Promise<void> {
  const found = await em.nativeUpdate(
    InstanceSystemMetadata,
    { instanceUuid, key },
    { value, updatedAt: databaseNow() },
  );
  if (found > 0) return;
  await em.insert(InstanceSystemMetadata, {
    instanceUuid,
    key,
    value,
    createdAt: databaseNow(),
    isDeleted: false,
  });
}

/** Removes the key's row, as Nova does: it keeps none of system metadata. False: there was none. */
export const deleteSystemMetadata = async (
  em: EntityManager,
  instanceUuid: string,
  key: string,
): Promise<boolean> => (await em.nativeDelete(InstanceSystemMetadata, { instanceUuid, key })) > 0;
