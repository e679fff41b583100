import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Attacker, type Sealed } from '../support/home/attacker.ts';
import { BOOTSTRAP_LOCK, runIdOf, TestHome, until } from '../support/home/cli.ts';

const home = TestHome.clone();
const keyFile = path.join(home.dir, 'payload.key');
const PASSWORD = { input: 'unusable-Pw-1\n' };

beforeAll(async () => {
  expect(await home.run(['up'])).toMatchObject({ code: 0 });
  expect(await home.run(['db', 'sync'])).toMatchObject({ code: 0 });
});
afterAll(() => home.remove());

/** A JSON text as a keyward sealed it that did not bind payloads to their runs: protobuf's Payload, by hand. */
function sealedUnbound(json: string): Sealed {
  const secret = Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'hex');
  const id = Buffer.from(createHash('sha256').update(secret).digest('hex').slice(0, 8));
  const field = (tag: number, bytes: Buffer): Buffer => {
    const length = [];
    for (let left = bytes.length; ; left >>= 7) {
      length.push(left > 127 ? (left & 127) | 128 : left);
      if (left <= 127) break;
    }
    return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
  };
  const encoding = Buffer.concat([
    field(0x0a, Buffer.from('encoding')),
    field(0x12, Buffer.from('json/plain')),
  ]);
  const payload = Buffer.concat([field(0x0a, encoding), field(0x12, Buffer.from(json))]);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(id);
  const body = Buffer.concat([cipher.update(payload), cipher.final()]);
  return {
    encoding: 'binary/encrypted',
    data: Buffer.concat([id, iv, cipher.getAuthTag(), body]).toString('base64'),
  };
}

it('a run left open by a keyward that did not bind it is ended, shown and told', async () => {
  const target = ((await home.json('ps')) as { Part: string }[])
    .find(({ Part }) => Part.startsWith('worker'))!
    .Part.split(' ')[1]!;
  const id = `${target}/bootstrap/${randomUUID()}`;
  const attacker = new Attacker(home.temporal);
  const input = sealedUnbound(
    JSON.stringify({ target, requestId: id, username: 'admin', password: 'old-Pw' }),
  );
  await attacker.start({ id, type: 'bootstrap', queue: `keyward-${target}`, input: [input] });
  expect(await attacker.ended(id)).toBe('Terminated');
  attacker.close();
  const { code, stdout, stderr } = await home.run(['workflow', 'follow', id]);
  expect([code, stdout]).toEqual([75, '']);
  expect(stderr).toContain(
    'This run was started by an older keyward, which did not bind it to what was asked. It is not known whether anything was changed.',
  );
  expect(await home.json('workflow', 'show', id)).toMatchObject({
    status: 'terminated',
    input: { username: 'admin', password: '***' },
  });
  expect(await home.query('select from role')).toHaveLength(0);
});

it('a run whose payload key is replaced while it is open ends, and says so; its status can be seen', async () => {
  const release = await home.holdUp(BOOTSTRAP_LOCK);
  const running = home.start(['bootstrap', '--bootstrap-password-stdin', '-f', 'json'], PASSWORD);
  await until(() => home.isHeldUp('advisory'));
  const id = runIdOf(running.stderr())!;
  writeFileSync(keyFile, `${'7b'.repeat(32)}\n`);
  process.kill(home.pid('worker'), 'SIGKILL');
  // What the server does by itself 15 s after it has given the step to a worker that then died.
  const attacker = new Attacker(home.temporal);
  await attacker.do('fail', { id, step: '2', isRepeated: true });
  attacker.close();
  const { code, stdout, stderr } = await running.outcome;
  await release();
  expect([code, stdout]).toEqual([69, '']);
  expect(stderr).toMatch(
    /not encrypted with the payload key of this host\. Nothing was changed\. .*KEYWARD_PAYLOAD_KEY_FILE/,
  );
  const followed = await home.run(['workflow', 'follow', id]);
  expect(followed).toMatchObject({ code: 69, stdout: '' });
  expect(await home.json('workflow', 'show', id)).toMatchObject({ status: 'terminated', input: null });
  expect(await home.query('select from role')).toHaveLength(0);
  // The new key serves from now on.
  expect(await home.run(['bootstrap', '--bootstrap-password-stdin'], PASSWORD)).toMatchObject({ code: 0 });
});
