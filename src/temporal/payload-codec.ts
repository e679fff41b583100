import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { type Unusable, unusable } from '../rules/unusable-payload.ts';
import type { PayloadKey } from './payload-key.ts';

const BOUND = 'binary/encrypted+bound';
/** An older keyward did not bind its payloads: they can be shown, and are never used. */
const UNBOUND = 'binary/encrypted';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const PayloadMessage = proto.temporal.api.common.v1.Payload;

/** Who encrypts: a command, or a worker. What one of them says can't be passed off as the other's word. */
type Side = 'client' | 'worker';
type Claims = { from: Side; namespace: string; workflowId: string; activityId: string | null };
type Opened = { claims: Claims | null; payload: Payload };

/**
 * Encrypts whole payloads with AES-256-GCM: key id (8 ASCII characters, authenticated), nonce, tag, ciphertext. In the
 * ciphertext stand, before the payload, the run and the activity that it was made for (`Claims`, as JSON behind its
 * length), and who made it. A payload is used only where those are the run, the activity and the side that it came from.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #key: PayloadKey;
  readonly #side: Side;
  readonly #onRefusal: (workflowId: string | undefined, why: Unusable) => void;

  /** `onRefusal` is told of a payload that is not used, before `decode` throws. */
  constructor(
    key: PayloadKey,
    side: Side,
    onRefusal: (workflowId: string | undefined, why: Unusable) => void = () => {},
  ) {
    this.#key = key;
    this.#side = side;
    this.#onRefusal = onRefusal;
  }

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const claims = claimsOf(this.#side, context);
    return payloads.map((payload) => ({
      metadata: { encoding: Buffer.from(BOUND) },
      data: this.#seal(Buffer.concat([prefixed(claims), PayloadMessage.encode(payload).finish()])),
    }));
  }

  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const wanted = claimsOf(this.#senderOf(context), context);
    return payloads.map((payload) => {
      const opened = this.#open(payload);
      if (typeof opened === 'string') return this.#refuse(opened, context);
      if (opened.claims === null) return this.#refuse('PayloadUnbound', context);
      if (!sameClaims(opened.claims, wanted)) return this.#refuse('PayloadForged', context);
      return opened.payload;
    });
  }

  /** Decrypts payloads for somebody who only looks at them, whatever run they are of; null where nobody can. */
  reveal(payloads: Payload[]): (Payload | null)[] {
    return payloads.map((payload) => {
      const opened = this.#open(payload);
      return typeof opened === 'string' ? null : opened.payload;
    });
  }

  /** Workers pass activities' inputs and results among themselves; commands and workers talk to each other. */
  #senderOf(context: SerializationContext | undefined): Side {
    if (context?.type === 'activity') return 'worker';
    return this.#side === 'client' ? 'worker' : 'client';
  }

  #refuse(why: Unusable, context: SerializationContext | undefined): never {
    this.#onRefusal(context?.workflowId, why);
    throw unusable(why);
  }

  #seal(plain: Buffer): Uint8Array {
    const id = Buffer.from(this.#key.id);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key.secret, iv).setAAD(id);
    const body = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([id, iv, cipher.getAuthTag(), body]);
  }

  #open({ metadata, data }: Payload): Opened | Unusable {
    const encoding = Buffer.from(metadata?.['encoding'] ?? []).toString();
    const id = Buffer.from(this.#key.id);
    const sealed = Buffer.from(data ?? []);
    if (![BOUND, UNBOUND].includes(encoding) || !sealed.subarray(0, id.length).equals(id))
      return 'PayloadKeyMismatch';
    try {
      const plain = this.#unseal(id, sealed);
      return encoding === BOUND ? parted(plain) : { claims: null, payload: PayloadMessage.decode(plain) };
    } catch {
      return 'PayloadForged';
    }
  }

  #unseal(id: Buffer, sealed: Buffer): Buffer {
    const [ivAt, tagAt] = [id.length, id.length + IV_BYTES];
    const decipher = createDecipheriv('aes-256-gcm', this.#key.secret, sealed.subarray(ivAt, tagAt), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(id).setAuthTag(sealed.subarray(tagAt, tagAt + TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(tagAt + TAG_BYTES)), decipher.final()]);
  }
}

const claimsOf = (from: Side, context: SerializationContext | undefined): Claims => ({
  from,
  namespace: context?.namespace ?? '',
  workflowId: context?.workflowId ?? '',
  activityId: context?.type === 'activity' ? (context.activityId ?? '') : null,
});

const sameClaims = (one: Claims, other: Claims): boolean =>
  one.workflowId !== '' &&
  (['from', 'namespace', 'workflowId', 'activityId'] as const).every((name) => one[name] === other[name]);

function prefixed(claims: Claims): Buffer {
  const json = Buffer.from(JSON.stringify(claims));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
}

function parted(plain: Buffer): Opened {
  const end = 4 + plain.readUInt32BE();
  return {
    claims: JSON.parse(plain.subarray(4, end).toString()) as Claims,
    payload: PayloadMessage.decode(plain.subarray(end)),
  };
}
