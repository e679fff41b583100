import { createHash, randomBytes } from 'node:crypto';
import { link, open, readFile, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { Unavailable } from '../rules/errors.ts';

const KEY_BYTES = 32;

/** A 256-bit key, and the 8 hex digits that name it in every payload. */
export type PayloadKey = { id: string; secret: Buffer };

/**
 * Reads the key of everything that goes to Temporal from `KEYWARD_PAYLOAD_KEY_FILE`, or from `payload.key` in the home,
 * which the first use makes. The file holds 64 hex digits and must be private.
 */
export async function loadPayloadKey(homeDir: string, env: NodeJS.ProcessEnv): Promise<PayloadKey> {
  const given = env['KEYWARD_PAYLOAD_KEY_FILE'];
  const file = given || path.join(homeDir, 'payload.key');
  if (!given) await ensureKeyFile(file);
  return parseKey(file, await readPrivate(file));
}

/** Writes the file whole under another name first, so that two first uses agree on one key. */
async function ensureKeyFile(file: string): Promise<void> {
  if (await exists(file)) return;
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  await handle.writeFile(`${randomBytes(KEY_BYTES).toString('hex')}\n`);
  await handle.sync();
  await handle.close();
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await unlink(draft);
}

async function readPrivate(file: string): Promise<string> {
  try {
    const { mode } = await stat(file);
    if (mode & 0o077) throw new Error('others may read it; `chmod 600` it');
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Unavailable(
      'PayloadKeyUnusable',
      `The payload key file ${file} can't be used: ${(error as Error).message}.`,
      'Name a readable, private file in KEYWARD_PAYLOAD_KEY_FILE, the same on every worker host.',
    );
  }
}

function parseKey(file: string, text: string): PayloadKey {
  const secret = Buffer.from(text.trim(), 'hex');
  if (secret.length === KEY_BYTES && /^[0-9a-f]{64}$/i.test(text.trim())) {
    return { id: createHash('sha256').update(secret).digest('hex').slice(0, 8), secret };
  }
  throw new Unavailable(
    'PayloadKeyUnusable',
    `The payload key file ${file} does not hold 64 hex digits.`,
    'Make a new one with `openssl rand -hex 32`, and copy it to every worker host.',
  );
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
