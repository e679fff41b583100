import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { passwordHashAlgorithms } from '../../../src/rules/identity/password.ts';
import { hashPassword, verifyPassword } from '../../../src/services/identity/password-hash.ts';

type Vector = { form: string; password: string; stored: string };
const vectors = JSON.parse(
  readFileSync('test/fixtures/upstream/keystone/password-hashes.json', 'utf8'),
) as Vector[];
const FAST = { bcrypt: 4, bcrypt_sha256: 5, scrypt: 10, pbkdf2_sha512: 1000 };

describe('passwords as the real Keystone stores them', () => {
  it.each(vectors)('$form $stored', async ({ password, stored }) => {
    expect(await verifyPassword(password, stored)).toBe('matches');
    expect(await verifyPassword(`y${password.slice(1)}`, stored)).toBe('differs');
  });

  it.each([
    '',
    'plain',
    '$6$rounds=5000$salt$digest',
    '$2b$12$short',
    '$argon2id$v=19$m=1,t=1,p=1$a$b',
    '$scrypt$ln=1$a$b',
  ])('a form that is none of them is told apart: %s', async (stored) =>
    expect(await verifyPassword('x', stored)).toBe('unknown-form'),
  );
});

describe('passwords that we store', () => {
  it.each(passwordHashAlgorithms)('%s has the form of the real one, and is verified', async (algorithm) => {
    const stored = await hashPassword('pässwörd', { algorithm, rounds: FAST[algorithm] });
    const real = vectors.find(({ form }) => form === algorithm)!.stored;
    const shape = (text: string): string =>
      text
        .replaceAll(/[^$]+$/g, (digest) => `<${digest.length}>`)
        .split('$')
        .slice(0, 3)
        .join('$');
    expect(shape(stored)).toBe(shape(real));
    expect(stored).toHaveLength(real.length);
    expect(await verifyPassword('pässwörd', stored)).toBe('matches');
  });
});
