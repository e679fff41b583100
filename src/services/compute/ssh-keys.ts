import { createHash, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { RuleError } from '../../rules/errors.ts';
import type { KeyType, MadeKey, PublicKey } from '../../rules/compute/key-pair.ts';

/** sshpk takes a twentieth of a second to load, and few commands need it. */
const loadSshpk = () => import('sshpk');

const generate = promisify(generateKeyPair);

/** How each kind is made; the sizes are ssh-keygen's. */
const MAKE: Record<KeyType, () => Promise<{ privateKey: KeyObject }>> = {
  ed25519: () => generate('ed25519'),
  ecdsa: () => generate('ec', { namedCurve: 'P-256' }),
  rsa: () => generate('rsa', { modulusLength: 3072 }),
};

/** paramiko, and so Ansible, can't read a private key without a comment where its length happens to need no padding. */
const PRIVATE_COMMENT = 'keyward';

/**
 * Makes a key. The public half has no comment, as those that openstackclient makes
 * (NOTE: openstackclient/compute/v2/keypair.py, _generate_keypair).
 */
export async function makeKey(type: KeyType): Promise<MadeKey> {
  const [{ default: sshpk }, { privateKey }] = await Promise.all([loadSshpk(), MAKE[type]()]);
  const key = sshpk.parsePrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }), 'pkcs8');
  key.comment = '';
  const publicKey = key.toPublic().toString('ssh').trim();
  key.comment = PRIVATE_COMMENT;
  return { ...(await readPublicKey(publicKey)), privateKey: key.toString('openssh') };
}

/** The two words that a public key begins with; one space parts them, or Nova takes its fingerprint of something else. */
const WORDS = /^(?<type>[\w.@-]+) (?<blob>[A-Za-z0-9+/]+={0,2})(?:[ \t][^\p{Cc}]*)?$/u;
const CURE =
  "Give a file that holds one public key in OpenSSH's form, as ssh-keygen writes it beside the private one (.pub).";

/**
 * Reads a public key in OpenSSH's form: a line that may have a comment, and line breaks after it. The text is kept as it
 * is, as Nova keeps it. Refuses what Nova refuses (NOTE: nova/crypto.py, generate_fingerprint), and also several keys,
 * certificates and keys of security tokens. No error repeats any of the text, which may be a private key.
 */
export async function readPublicKey(text: string): Promise<PublicKey> {
  if (/PRIVATE KEY|PuTTY-User-Key-File/.test(text)) throw unusable('It is a private key', 'PrivateKeyGiven');
  const { type, blob } = WORDS.exec(text.replace(/[\r\n]+$/, ''))?.groups ?? {};
  if (type === undefined || blob === undefined) throw unusable("It is no public key in OpenSSH's form");
  const bytes = Buffer.from(blob, 'base64');
  await assertKey(type, bytes);
  return { publicKey: text, fingerprint: md5Of(bytes) };
}

/** Lets sshpk parse the key, and OpenSSL look whether its numbers make one. */
async function assertKey(type: string, bytes: Buffer): Promise<void> {
  const { default: sshpk } = await loadSshpk();
  let read: { name: string; written: Buffer };
  try {
    const key = sshpk.parseKey(bytes, 'rfc4253');
    createPublicKey(key.toString('pkcs8'));
    read = { name: key.toString('ssh').split(' ', 1)[0]!, written: key.toBuffer('rfc4253') };
  } catch {
    throw unusable(
      'It is no key of a kind that is supported (ssh-ed25519, ecdsa-sha2-nistp*, ssh-rsa, ssh-dss)',
    );
  }
  // What follows the key, or another kind in front of it than its own, is refused by Nova too.
  if (read.name !== type || !read.written.equals(bytes)) throw unusable('Its parts contradict each other');
}

/** Nova shows MD5 with colons (NOTE: nova/crypto.py); OpenSSH shows it by `ssh-keygen -l -E md5`. */
const md5Of = (bytes: Buffer): string =>
  createHash('md5')
    .update(bytes)
    .digest('hex')
    .replaceAll(/..(?!$)/g, '$&:');

const unusable = (why: string, name = 'InvalidKeypair'): RuleError =>
  new RuleError(name, `The public key can't be used. ${why}.`, { cure: CURE, outcome: 'unchanged' });
