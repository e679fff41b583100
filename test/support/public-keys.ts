import { generateKeyPairSync } from 'node:crypto';

const ssh = (...fields: (string | Buffer)[]): Buffer =>
  Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
const line = (type: string, blob: Buffer): string => `${type} ${blob.toString('base64')}`;

const number = Buffer.alloc(32, 7);
const ed25519 = line('ssh-ed25519', ssh('ssh-ed25519', number));
const [type, blob] = ed25519.split(' ') as [string, string];
const offCurve = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]);
const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** Public keys that Nova takes, and keyward too, by what there is to say of their texts. */
export const GOOD_KEYS: Record<string, string> = {
  'without a comment': ed25519,
  'with a comment of several words': `${ed25519} alice at home`,
  'with a line break after it': `${ed25519} alice\n`,
  'with a carriage return after it': `${ed25519} alice\r\n`,
  'with a comment beyond ASCII': `${ed25519} clé`,
  'with a space and no comment': `${ed25519} `,
};

/** Texts that Nova refuses, and keyward too. */
export const BAD_KEYS: Record<string, string> = {
  'nothing at all': '',
  'a word': 'nonsense',
  'a type alone': type,
  'what is no base64': `${type} !!!!`,
  'a key that is cut off': `${type} ${blob.slice(0, 40)}`,
  'bytes after the key': line(type, Buffer.concat([ssh(type, number), Buffer.from('x')])),
  'another type than the key has': `ssh-rsa ${blob}`,
  'a type that nobody knows': line('ssh-nosuch', ssh('ssh-nosuch', number)),
  'options in front': `no-pty ${ed25519}`,
  'a space in front': ` ${ed25519}`,
  'a tab between its parts': `${type}\t${blob}`,
  'a point that is not on its curve': line(
    'ecdsa-sha2-nistp256',
    ssh('ecdsa-sha2-nistp256', 'nistp256', offCurve),
  ),
  'a public key in PEM': pem,
};

/** Texts that Nova takes, and keyward does not. */
export const STRICTER: Record<string, string> = {
  'two spaces between its parts': `${type}  ${blob}`,
  'several lines': `${ed25519} a\n${ed25519} b\n`,
  'a key of a security token': line(
    'sk-ssh-ed25519@openssh.com',
    ssh('sk-ssh-ed25519@openssh.com', number, 'ssh:'),
  ),
};
