import type { KeyPair } from '../key-pair.ts';
import { novaObject, type NovaObject } from '../nova-object.ts';

/** A key pair as far as it is known: before it is made, it has neither a fingerprint nor, perhaps, a public key. */
export type AnnouncedKeyPair = Pick<KeyPair, 'userId' | 'name' | 'type'> & {
  fingerprint: string | null;
  publicKey: string | null;
};

/** NOTE: nova/notifications/objects/keypair.py */
export const keypairPayload = (pair: AnnouncedKeyPair): NovaObject =>
  novaObject('KeypairPayload', '1.0', {
    user_id: pair.userId,
    name: pair.name,
    fingerprint: pair.fingerprint,
    public_key: pair.publicKey,
    type: pair.type,
  });
