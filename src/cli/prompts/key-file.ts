import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { UsageError } from '../../rules/errors.ts';

/** Nova takes no request of more than 112 KiB; the longest keys that anybody has are a few. */
const LONGEST_KEY = 64 * 1024;

/** Reads the text of a public key from a file, a pipe or a device; throws a UsageError for one that can't be used. */
export async function readKeyFile(file: string): Promise<string> {
  try {
    const bytes = await buffer(createReadStream(file, { end: LONGEST_KEY }));
    if (bytes.length > LONGEST_KEY) throw new Error(`it has more than ${LONGEST_KEY} bytes`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new UsageError(
      `The key file ${file} can't be used: ${(error as Error).message}.`,
      'Name a readable file that holds one public key.',
    );
  }
}
