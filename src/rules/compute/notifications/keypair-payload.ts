import type { KeyPair } from '../key-pair.ts';
import { novaObject, type NovaObject } from '../nova-object.ts';

/** NOTE: nova/notifications/objects/keypair.py */
export const keypairPayload = (pair: KeyPair): NovaObject =>
  novaObject('KeypairPayload', '1.0', {
    user_id: pair.userId,
    name: pair.name,
    fingerprint: pair.fingerprint,
    public_key: pair.publicKey,
    type: pair.type,
  });
