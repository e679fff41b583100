import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadIdentitySettings } from '../../../src/config/identity-settings.ts';
import { hashPassword } from '../../../src/services/identity/password-hash.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-settings-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const load = (text: string) => {
  const file = path.join(dir, 'keystone.conf');
  writeFileSync(file, text);
  return loadIdentitySettings({ 'config-file': [file], embedded: !text.includes('[database]') }, {});
};
const hashing = (algorithm: string, rounds: number | string): string =>
  `[identity]\npassword_hash_algorithm = ${algorithm}\npassword_hash_rounds = ${rounds}`;
const refusal = (message: RegExp) =>
  expect.objectContaining({ name: 'UsageError', exitCode: 64, message: expect.stringMatching(message) });

describe('password_hash_rounds', () => {
  it.each([
    ['bcrypt', 4],
    ['bcrypt', 31],
    ['bcrypt_sha256', 31],
    ['scrypt', 1],
    ['scrypt', 31],
    ['pbkdf2_sha512', 1],
    ['pbkdf2_sha512', 999_999_999],
  ])('of %s may be %i', (algorithm, rounds) => {
    expect(load(hashing(algorithm, rounds)).passwordHashing.value).toEqual({ algorithm, rounds });
  });

  it.each([
    ['bcrypt', 3],
    ['bcrypt', 32],
    ['bcrypt_sha256', 3],
    ['scrypt', 32],
    ['pbkdf2_sha512', 0],
    ['pbkdf2_sha512', '1e9'],
    ['bcrypt', '-4'],
  ])('of %s may not be %s, and the refusal names file and option', (algorithm, rounds) => {
    expect(() => load(hashing(algorithm, rounds))).toThrow(
      refusal(new RegExp(`^${dir}/keystone\\.conf \\[identity\\] password_hash_rounds: .*${rounds}`)),
    );
  });

  it.each(['bcrypt', 'bcrypt_sha256', 'scrypt', 'pbkdf2_sha512'] as const)(
    'the least of %s can be hashed with',
    async (algorithm) => {
      const least = algorithm.startsWith('bcrypt') ? 4 : 1;
      await expect(hashPassword('pw', { algorithm, rounds: least })).resolves.toMatch(/^\$/);
    },
  );
});

it('a default domain id that Keystone has no room for is refused', () => {
  expect(load(`[identity]\ndefault_domain_id = ${'x'.repeat(64)}`).defaultDomainId.value).toHaveLength(64);
  expect(() => load(`[identity]\ndefault_domain_id = ${'x'.repeat(70)}`)).toThrow(
    refusal(/\[identity\] default_domain_id has 70 characters; Keystone stores 1 to 64\.$/),
  );
});

it('a certificate that can not be read is refused before anything connects', () => {
  const url = 'postgresql://u:canary@h/d?sslmode=verify-full&sslrootcert=/nonexistent.pem';
  const given = (env: NodeJS.ProcessEnv) => () => loadIdentitySettings({}, env);
  expect(given({ KEYWARD_KEYSTONE_DATABASE_URL: url })).toThrow(refusal(/_URL names .*'\/nonexistent\.pem'/));
  expect(() => load(`[database]\nconnection = ${url}`)).toThrow(refusal(/\[database\] connection names/));
  expect(() => load(`[database]\nconnection = ${url}`)).toThrow(refusal(/^(?!.*canary)/));
});

it('a path that begins with a tilde is in the home folder, which a shell does not see to after =', () => {
  expect(
    loadIdentitySettings(
      { 'config-dir': ['~', '~/'] },
      { KEYWARD_KEYSTONE_DATABASE_URL: 'postgresql://u@h/d' },
    ),
  ).toMatchObject({
    configDirs: [homedir(), homedir()],
  });
});

it("keyward's variable counts where Keystone's says something else, which is not looked at", () => {
  const env = { KEYWARD_KEYSTONE_DATABASE_URL: 'postgresql://u@ours/d', OS_DATABASE__CONNECTION: '$nosuch' };
  const { database } = loadIdentitySettings({}, env);
  expect(database).toMatchObject({
    value: { host: 'ours' },
    origin: 'KEYWARD_KEYSTONE_DATABASE_URL',
  });
});

it('the address knows which file or variable of Keystone set it, so that errors can name it', () => {
  const url = 'postgresql://u@h/d';
  expect(load(`[database]\nconnection = ${url}`).database.value!.origin).toMatch(
    /^\/.*keystone\.conf \[database\] connection$/,
  );
  const originIn = (env: NodeJS.ProcessEnv) => loadIdentitySettings({}, env).database.value!.origin;
  expect(originIn({ OS_DATABASE__CONNECTION: url })).toMatch(/OS_DATABASE__CONNECTION/);
  // A worker is given the URL in this one, whatever had set it.
  expect(originIn({ KEYWARD_KEYSTONE_DATABASE_URL: url })).toBeUndefined();
});
