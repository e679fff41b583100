import { describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { EncryptionCodec } from '../../../src/engine/payload-codec.ts';
import { isUnreadable } from '../../../src/rules/unreadable-payload.ts';

const key = (fill: string) => ({ id: fill.repeat(8), secret: Buffer.alloc(32, fill) });
const payload = defaultPayloadConverter.toPayload({ password: 'canary' });
const read = (decoded: Awaited<ReturnType<EncryptionCodec['decode']>>) =>
  defaultPayloadConverter.fromPayload(decoded[0]!);

describe('what goes to Temporal', () => {
  it('shows nothing of itself, and comes back whole', async () => {
    const codec = new EncryptionCodec(key('a'), 'throw');
    const sealed = await codec.encode([payload]);
    expect(Buffer.from(sealed[0]!.data!).toString('latin1')).not.toContain('canary');
    expect(read(await codec.decode(sealed))).toEqual({ password: 'canary' });
  });

  it.each([
    ['of another key', async () => new EncryptionCodec(key('b'), 'throw').encode([payload])],
    ['that is plain', async () => [payload]],
    [
      'that was altered',
      async () => {
        const [sealed] = await new EncryptionCodec(key('a'), 'throw').encode([payload]);
        sealed!.data![sealed!.data!.length - 1]! ^= 1;
        return [sealed!];
      },
    ],
  ])('a payload %s is refused by a client and marked for a worker', async (_, make) => {
    await expect(new EncryptionCodec(key('a'), 'throw').decode(await make())).rejects.toMatchObject({
      name: 'PayloadKeyMismatch',
      cure: expect.stringContaining('KEYWARD_PAYLOAD_KEY_FILE'),
    });
    expect(isUnreadable(read(await new EncryptionCodec(key('a'), 'mark').decode(await make())))).toBe(true);
  });
});
