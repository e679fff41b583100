import { describe, expect, it } from '@jest/globals';
import { defaultPayloadConverter, type Payload, type SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { createCipheriv, randomBytes } from 'node:crypto';
import { EncryptionCodec } from '../../../src/temporal/payload-codec.ts';
import type { Unusable } from '../../../src/rules/unusable-payload.ts';

const key = (fill: string) => ({ id: fill.repeat(8), secret: Buffer.alloc(32, fill) });
const run = (workflowId = 'one', namespace = 'default'): SerializationContext => ({
  type: 'workflow',
  namespace,
  workflowId,
});
const step = (activityId: string, workflowId = 'one'): SerializationContext => ({
  type: 'activity',
  namespace: 'default',
  workflowId,
  activityId,
  isLocal: false,
});
const client = (fill = 'a') => new EncryptionCodec(key(fill), 'client');
const worker = (onRefusal?: (workflowId: string | undefined, why: Unusable) => void) =>
  new EncryptionCodec(key('a'), 'worker', onRefusal);
const payload = defaultPayloadConverter.toPayload({ password: 'canary' });
const read = (decoded: (Payload | null)[]) => defaultPayloadConverter.fromPayload(decoded[0]!);

/** As a keyward wrote that did not bind payloads to their runs. */
function sealedUnbound(): Payload {
  const { id, secret } = key('a');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(Buffer.from(id));
  const plain = proto.temporal.api.common.v1.Payload.encode(payload).finish();
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    metadata: { encoding: Buffer.from('binary/encrypted') },
    data: Buffer.concat([Buffer.from(id), iv, cipher.getAuthTag(), body]),
  };
}

const altered = async (at: number): Promise<Payload[]> => {
  const [sealed] = await client().encode([payload], run());
  sealed!.data![at < 0 ? sealed!.data!.length + at : at]! ^= 1;
  return [sealed!];
};
const truncated = async (): Promise<Payload[]> => {
  const [sealed] = await client().encode([payload], run());
  return [{ ...sealed!, data: sealed!.data!.subarray(0, 30) }];
};

describe('what goes to Temporal', () => {
  it('shows nothing of itself, and comes back whole where it belongs', async () => {
    const sealed = await client().encode([payload], run());
    expect(Buffer.from(sealed[0]!.data!).toString('latin1')).not.toMatch(/canary|workflowId/);
    expect(read(await worker().decode(sealed, run()))).toEqual({ password: 'canary' });
    const result = await worker().encode([payload], step('1'));
    expect(read(await worker().decode(result, step('1')))).toEqual({ password: 'canary' });
    const outcome = await worker().encode([payload], run());
    expect(read(await client().decode(outcome, run()))).toEqual({ password: 'canary' });
  });

  it.each<[string, Unusable, () => Promise<Payload[]>, SerializationContext?]>([
    ['of another key', 'PayloadKeyMismatch', () => client('b').encode([payload], run())],
    ['that is plain', 'PayloadKeyMismatch', async () => [payload]],
    ['that is empty', 'PayloadKeyMismatch', async () => [{}]],
    ['whose last byte was altered', 'PayloadForged', () => altered(-1)],
    ['whose tag was altered', 'PayloadForged', () => altered(21)],
    ['that was cut off', 'PayloadForged', truncated],
    ['of a keyward that did not bind it', 'PayloadUnbound', async () => [sealedUnbound()]],
    ['of another run', 'PayloadForged', () => client().encode([payload], run('other'))],
    ['of another namespace', 'PayloadForged', () => client().encode([payload], run('one', 'other'))],
    ['of a step', 'PayloadForged', () => worker().encode([payload], step('1'))],
    ["that is a run's result", 'PayloadForged', () => worker().encode([payload], run())],
    ['of no run', 'PayloadForged', () => client().encode([payload])],
    ['of another step', 'PayloadForged', () => worker().encode([payload], step('2')), step('1')],
    ["of another run's step", 'PayloadForged', () => worker().encode([payload], step('1', 'x')), step('1')],
    ['of a run, for a step', 'PayloadForged', () => client().encode([payload], run()), step('1')],
  ])('a payload %s is not used', async (_, why, make, context = run()) => {
    const told: unknown[] = [];
    const decoded = worker((...refusal) => told.push(refusal)).decode(await make(), context);
    await expect(decoded).rejects.toMatchObject({ name: why, exitCode: 69, cure: expect.any(String) });
    expect(told).toEqual([['one', why]]);
  });

  it('a command does not take what a command wrote for a result', async () => {
    const input = await client().encode([payload], run());
    await expect(client().decode(input, run())).rejects.toMatchObject({ name: 'PayloadForged' });
  });

  it('can be looked at whatever run it is of, but not with another key', async () => {
    const [sealed] = await client().encode([payload], run('other'));
    expect(read(client().reveal([sealed!]))).toEqual({ password: 'canary' });
    expect(read(client().reveal([sealedUnbound()]))).toEqual({ password: 'canary' });
    expect(client('b').reveal([sealed!, payload])).toEqual([null, null]);
  });
});
