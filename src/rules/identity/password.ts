import { UsageError } from '../errors.ts';

/** The algorithms of Keystone 30's `[identity] password_hash_algorithm` (`keystone/common/password_hashing.py`). */
export const passwordHashAlgorithms = ['bcrypt', 'bcrypt_sha256', 'scrypt', 'pbkdf2_sha512'] as const;
export type PasswordHashAlgorithm = (typeof passwordHashAlgorithms)[number];

/** How new passwords are hashed; `rounds` null means the algorithm's own default in Keystone 30. */
export type PasswordHashing = { algorithm: PasswordHashAlgorithm; rounds: number | null };

const BCRYPT_BYTES = 72;

/** Refuses a password that PostgreSQL can't store, or that Keystone would not read as it was meant. */
export function assertPassword(password: string): void {
  const bytes = new TextEncoder().encode(password).length;
  if (password === '') throw new UsageError('The password is empty.', 'Give one of at least one character.');
  if (password.includes('\0'))
    throw new UsageError('The password holds a NUL character.', 'Give one without.');
  if (bytes > BCRYPT_BYTES) {
    throw new UsageError(
      `The password has ${bytes} bytes, and keyward sets none over ${BCRYPT_BYTES}, whatever algorithm is configured: bcrypt, Keystone's default, sees no more, so that any longer one with the same beginning would log in too.`,
      `Give one of at most ${BCRYPT_BYTES} bytes.`,
    );
  }
}
