import type { EntityManager, InferEntity } from '@mikro-orm/postgresql';
import type { KeyPair } from '../../rules/compute/key-pair.ts';
import { databaseNow } from '../database-time.ts';
import { KeyPair as Row } from './key-pair.entity.ts';

/** Finds a user's key pair by its name; names are told apart by case. NOTE: nova/objects/keypair.py, get_by_name. */
export async function findKeyPair(em: EntityManager, userId: string, name: string): Promise<KeyPair | null> {
  const row = await em.findOne(Row, { userId, name });
  return row && keyPairOf(row);
}

/** Lists a user's key pairs by their names, as the database orders them, after the one that is named `after`. */
export async function listKeyPairs(
  em: EntityManager,
  userId: string,
  { after, limit }: { after: string | null; limit: number },
): Promise<KeyPair[]> {
  const where = { userId, ...(after !== null && { name: { $gt: after } }) };
  return (await em.find(Row, where, { orderBy: { name: 'asc' }, limit })).map(keyPairOf);
}

/** Writes a key pair as Nova's `KeyPair.create` does. */
export async function insertKeyPair(
  em: EntityManager,
  pair: Omit<KeyPair, 'id' | 'createdAt'>,
): Promise<KeyPair> {
  await em.insert(Row, { ...pair, createdAt: databaseNow() });
  return (await findKeyPair(em, pair.userId, pair.name))!;
}

/** Deletes the row, as Nova does; false if there is none any more. */
export const deleteKeyPair = async (em: EntityManager, { id }: KeyPair): Promise<boolean> =>
  (await em.nativeDelete(Row, { id })) > 0;

const keyPairOf = ({
  id,
  name,
  userId,
  type,
  fingerprint,
  publicKey,
  createdAt,
}: InferEntity<typeof Row>): KeyPair => ({
  id,
  name,
  userId,
  type,
  fingerprint: fingerprint ?? '',
  publicKey: publicKey ?? '',
  createdAt: createdAt ?? null,
});
