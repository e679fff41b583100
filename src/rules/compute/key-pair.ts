import { UsageError } from '../errors.ts';

/** What Nova knows of a key pair; a private key is never among it. `createdAt` is in microseconds since the epoch. */
export type KeyPair = {
  id: number;
  name: string;
  userId: string;
  type: 'ssh' | 'x509';
  fingerprint: string;
  publicKey: string;
  createdAt: number | null;
};

/** The kinds of keys that keyward makes, by the names that ssh-keygen has for them. */
export const KEY_TYPES = ['ed25519', 'ecdsa', 'rsa'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** A public key as `key_pairs` keeps it: the text as it was given, and its fingerprint as Nova writes it. */
export type PublicKey = Pick<KeyPair, 'publicKey' | 'fingerprint'>;

/** A key that was just made; the private key is a text in OpenSSH's form, and goes to whoever asked for it alone. */
export type MadeKey = PublicKey & { privateKey: string };

/** NOTE: nova/api/validation/parameter_types.py, keypair_name_special_chars_v292 together with name. */
const NAME = /^[\w\-@. ]*$/;
const LONGEST_NAME = 255;

/** Refuses a name that Nova's API refuses. */
export function assertKeyPairName(name: string): void {
  if (name === '') throw new UsageError('The name of the key pair is empty.', 'Give it a name.');
  if (name.length > LONGEST_NAME)
    throw new UsageError(`The name of a key pair has at most ${LONGEST_NAME} characters.`, 'Shorten it.');
  if (!NAME.test(name) || name !== name.trim())
    throw new UsageError(
      `A key pair can't be named '${name}'.`,
      'A name has letters of ASCII, digits, spaces, and any of _ - @ . in it, and no space at its ends.',
    );
}
