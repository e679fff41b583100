import { createHmac, pbkdf2, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import bcrypt from 'bcrypt';
import type { PasswordHashing } from '../../rules/identity/password.ts';

const derivePbkdf2 = promisify(pbkdf2);
const deriveScrypt = promisify<string, Buffer, number, object, Buffer>(scrypt);

const BCRYPT = /^\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}$/;
const BCRYPT_SHA256 =
  /^\$bcrypt-sha256\$v=2,t=(?<ident>2[ab]),r=(?<rounds>\d+)\$(?<salt>[./A-Za-z0-9]{22})\$(?<digest>[./A-Za-z0-9]{31})$/;
const SCRYPT = /^\$scrypt\$ln=(?<ln>\d+),r=(?<r>\d+),p=(?<p>\d+)\$(?<salt>[^$]+)\$(?<digest>[^$]+)$/;
const PBKDF2_SHA512 = /^\$pbkdf2-sha512\$(?<rounds>\d+)\$(?<salt>[^$]+)\$(?<digest>[^$]+)$/;
/** Keystone 30's own defaults; scrypt's is the exponent of N. */
const DEFAULT_ROUNDS = { bcrypt: 12, bcrypt_sha256: 12, scrypt: 16, pbkdf2_sha512: 25_000 } as const;

/** Hashes into the stored form of Keystone 30 (`keystone/common/password_hashers/`). */
export async function hashPassword(
  password: string,
  { algorithm, rounds }: PasswordHashing,
): Promise<string> {
  const cost = rounds ?? DEFAULT_ROUNDS[algorithm];
  if (algorithm === 'bcrypt') return bcrypt.hash(password, cost);
  if (algorithm === 'bcrypt_sha256') return hashBcryptSha256(password, cost);
  const salt = randomBytes(16);
  if (algorithm === 'scrypt') {
    return `$scrypt$ln=${cost},r=8,p=1$${unpadded(salt)}$${unpadded(await scryptOf(password, salt, cost, 8, 1))}`;
  }
  return `$pbkdf2-sha512$${cost}$${unpadded(salt)}$${unpadded(await derivePbkdf2(password, salt, cost, 64, 'sha512'))}`;
}

/** Compares in constant time; `unknown-form` for anything that Keystone 30 does not store. */
export async function verifyPassword(
  password: string,
  stored: string,
): Promise<'matches' | 'differs' | 'unknown-form'> {
  const matches = await matching(password, stored);
  if (matches === null) return 'unknown-form';
  return matches ? 'matches' : 'differs';
}

async function matching(password: string, stored: string): Promise<boolean | null> {
  // Every revision letter means the same algorithm here, and the native library knows $2b$ best.
  if (BCRYPT.test(stored)) return bcrypt.compare(password, stored.replace(/^\$2[axy]?\$/, '$2b$'));
  const sha256 = BCRYPT_SHA256.exec(stored)?.groups;
  if (sha256) {
    const { rounds, salt, digest } = sha256 as Record<string, string>;
    return bcrypt.compare(preHash(password, salt!), `$2b$${rounds!.padStart(2, '0')}$${salt}${digest}`);
  }
  const memoryHard = SCRYPT.exec(stored)?.groups;
  if (memoryHard) {
    const { ln, r, p, salt, digest } = memoryHard as Record<string, string>;
    return equal(await scryptOf(password, decoded(salt!), Number(ln), Number(r), Number(p)), digest!);
  }
  const iterated = PBKDF2_SHA512.exec(stored)?.groups;
  if (!iterated) return null;
  const { rounds, salt, digest } = iterated as Record<string, string>;
  return equal(await derivePbkdf2(password, decoded(salt!), Number(rounds), 64, 'sha512'), digest!);
}

async function hashBcryptSha256(password: string, cost: number): Promise<string> {
  const full = await bcrypt.genSalt(cost);
  const salt = full.slice(-22);
  const hashed = await bcrypt.hash(preHash(password, salt), full);
  return `$bcrypt-sha256$v=2,t=2b,r=${cost}$${salt}$${hashed.slice(-31)}`;
}

/** bcrypt sees 44 characters, however long the password is. */
const preHash = (password: string, salt: string): string =>
  createHmac('sha256', salt).update(password).digest('base64');

const scryptOf = (password: string, salt: Buffer, ln: number, r: number, p: number): Promise<Buffer> =>
  deriveScrypt(password, salt, 32, { N: 2 ** ln, r, p, maxmem: 128 * r * (2 ** ln + p + 2) });

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
const decoded = (text: string): Buffer => Buffer.from(text.replaceAll('.', '+'), 'base64');

function equal(derived: Buffer, digest: string): boolean {
  const expected = decoded(digest);
  return derived.length === expected.length && timingSafeEqual(derived, expected);
}
