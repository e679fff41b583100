import { defineEntity, p } from '@mikro-orm/core';
import { rowTimes } from '../row-times.ts';

/** A user's public key. */
export const KeyPair = defineEntity({
  name: 'KeyPair',
  tableName: 'key_pairs',
  properties: {
    ...rowTimes(),
    id: p.integer().primary().autoincrement(),
    name: p.string(),
    userId: p.string(),
    fingerprint: p.string().nullable(),
    publicKey: p.text().nullable(),
    type: p.enum(['ssh', 'x509']),
  },
});
