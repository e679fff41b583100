import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import sshpk from 'sshpk';
import { KEY_TYPES } from '../../../src/rules/compute/key-pair.ts';
import { makeKey, readPublicKey } from '../../../src/services/compute/ssh-keys.ts';
import { BAD_KEYS, GOOD_KEYS, STRICTER } from '../../support/public-keys.ts';

const RECORDED = 'test/fixtures/upstream/nova/keypairs';
const recorded = readdirSync(RECORDED).map((file) => {
  const { response } = JSON.parse(readFileSync(path.join(RECORDED, file), 'utf8')) as {
    response: { body: { keypair: { name: string; public_key: string; fingerprint: string } } };
  };
  return response.body.keypair;
});

it.each(recorded)('the fingerprint of $name is that of Nova', async (pair) => {
  expect(await readPublicKey(pair.public_key)).toEqual({
    publicKey: pair.public_key,
    fingerprint: pair.fingerprint,
  });
});

it.each(Object.entries(GOOD_KEYS))('a public key %s is kept as it is', async (_, text) => {
  expect(await readPublicKey(text)).toMatchObject({ publicKey: text });
});

const refusal = async (text: string): Promise<Error & { cure: string }> => {
  try {
    await readPublicKey(text);
  } catch (error) {
    return error as Error & { cure: string };
  }
  throw new Error('It was not refused.');
};

it.each([...Object.entries(BAD_KEYS), ...Object.entries(STRICTER)])(
  '%s is refused, and not repeated',
  async (_, text) => {
    const error = await refusal(text);
    expect(error).toMatchObject({ name: 'InvalidKeypair', outcome: 'unchanged', exitCode: 1 });
    for (const word of text.split(/\s+/).filter((each) => each.length > 30))
      expect(error.message + error.cure).not.toContain(word);
  },
);

describe('a private key where a public one belongs is told from others, and not repeated:', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const made = sshpk.parsePrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }), 'pkcs8');
  it.each([
    ['of OpenSSH', made.toString('openssh')],
    ['in PKCS #8', made.toString('pkcs8')],
    ['in PKCS #1', made.toString('pem')],
    [
      'that is encrypted',
      privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
    ],
    ['of PuTTY', `PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n${'A'.repeat(64)}\n`],
    ['behind a public one', `${GOOD_KEYS['without a comment']}\n${made.toString('openssh')}`],
  ])('%s', async (_, text) => {
    const error = await refusal(text);
    expect(error).toMatchObject({ name: 'PrivateKeyGiven', outcome: 'unchanged', exitCode: 1 });
    for (const line of text.split('\n').filter((each) => each.length > 30))
      expect(error.message + error.cure).not.toContain(line);
  });
});

describe.each(KEY_TYPES)('a key of the kind %s', (type) => {
  const PREFIXES = { ed25519: 'ssh-ed25519', ecdsa: 'ecdsa-sha2-nistp256', rsa: 'ssh-rsa' };

  it('has two halves that belong together, and no comment', async () => {
    const { publicKey, privateKey, fingerprint } = await makeKey(type);
    expect(publicKey).toMatch(new RegExp(`^${PREFIXES[type]} [A-Za-z0-9+/]+=*$`));
    expect(privateKey).toMatch(
      /^-----BEGIN OPENSSH PRIVATE KEY-----\n[^]*\n-----END OPENSSH PRIVATE KEY-----\n$/,
    );
    const key = sshpk.parsePrivateKey(privateKey, 'openssh');
    expect(key.toPublic().toBuffer('rfc4253').toString('base64')).toBe(publicKey.split(' ')[1]);
    const body = privateKey.replaceAll(/-----.*-----|\n/g, '');
    // sshpk would write this for a comment, and says it of a key that has none.
    expect(Buffer.from(body, 'base64').includes('(unnamed)')).toBe(false);
    expect(key.fingerprint('md5').toString('hex')).toBe(fingerprint);
    expect(createPrivateKey(key.toString('pkcs8')).type).toBe('private');
    expect((await makeKey(type)).publicKey).not.toBe(publicKey);
  });

  it('is read by ssh-keygen, where it is there', async () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'keyward-ssh-'));
    try {
      const { publicKey, privateKey } = await makeKey(type);
      const file = path.join(dir, 'key');
      writeFileSync(file, privateKey, { mode: 0o600 });
      const read = `${publicKey} keyward`;
      expect(keygen(['-y', '-f', file]) ?? read).toBe(read);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

/** Null where the host has no ssh-keygen. */
function keygen(args: string[]): string | null {
  try {
    return execFileSync('ssh-keygen', args, { stdio: 'pipe' }).toString().trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Gives the part of a private key in OpenSSH's form that is encrypted where there is a passphrase. */
function privatePart(pem: string): Buffer {
  const bytes = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  let at = 'openssh-key-v1\0'.length;
  const next = (): Buffer => {
    const from = at + 4;
    at = from + bytes.readUInt32BE(at);
    return bytes.subarray(from, at);
  };
  for (let field = 0; field < 3; field += 1) next();
  at += 4;
  next();
  return next();
}

it.each(['ecdsa', 'ed25519'] as const)(
  'a private %s key ends with its comment or with padding, never with a length, which paramiko would cut off',
  async (type) => {
    for (let made = 0; made < 20; made += 1) {
      const part = privatePart((await makeKey(type)).privateKey);
      expect(part.length % 8).toBe(0);
      const last = part.at(-1)!;
      expect(last === 'd'.charCodeAt(0) || (last > 0 && last < 8)).toBe(true);
    }
  },
);
