import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { Unavailable } from '../rules/errors.ts';
import {
  UNREADABLE,
  UNREADABLE_CURE,
  UNREADABLE_MESSAGE,
  UNREADABLE_TYPE,
} from '../rules/unreadable-payload.ts';
import type { PayloadKey } from './payload-key.ts';

const ENCODING = Buffer.from('binary/encrypted');
const IV_BYTES = 12;
const TAG_BYTES = 16;
const PayloadMessage = proto.temporal.api.common.v1.Payload;

/**
 * AES-256-GCM over whole payloads: key id (8 ASCII characters), nonce, tag, ciphertext. The key id is authenticated.
 * A payload that is plain or of another key is never used: a client throws, a worker passes on `UNREADABLE`.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #key: PayloadKey;
  readonly #unreadable: 'throw' | 'mark';

  constructor(key: PayloadKey, unreadable: 'throw' | 'mark') {
    this.#key = key;
    this.#unreadable = unreadable;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => ({ metadata: { encoding: ENCODING }, data: this.#encrypt(payload) }));
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => this.#decrypt(payload) ?? this.#refuse());
  }

  #encrypt(payload: Payload): Uint8Array {
    const id = Buffer.from(this.#key.id);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key.secret, iv).setAAD(id);
    const body = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
    return Buffer.concat([id, iv, cipher.getAuthTag(), body]);
  }

  #decrypt({ metadata, data }: Payload): Payload | null {
    const id = Buffer.from(this.#key.id);
    const sealed = Buffer.from(data ?? []);
    if (
      !ENCODING.equals(metadata?.['encoding'] ?? Buffer.alloc(0)) ||
      !sealed.subarray(0, id.length).equals(id)
    )
      return null;
    const iv = sealed.subarray(id.length, id.length + IV_BYTES);
    const tag = sealed.subarray(id.length + IV_BYTES, id.length + IV_BYTES + TAG_BYTES);
    const body = sealed.subarray(id.length + IV_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key.secret, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(id).setAuthTag(tag);
      return PayloadMessage.decode(Buffer.concat([decipher.update(body), decipher.final()]));
    } catch {
      return null;
    }
  }

  #refuse(): Payload {
    if (this.#unreadable === 'throw')
      throw new Unavailable(UNREADABLE_TYPE, UNREADABLE_MESSAGE, UNREADABLE_CURE);
    return {
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from(JSON.stringify(UNREADABLE)),
    };
  }
}
