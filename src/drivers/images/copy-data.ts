import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { copySparse } from '../sparse-copy.ts';

/** Bytes that were copied, and their MD5 in hex digits. */
export type Copied = { size: number; checksum: string };

/** Copies all of a file, and waits until it is on the disk; the checksum is of what a reader of the copy reads. */
export async function copyData(source: FileHandle, target: FileHandle): Promise<Copied> {
  const hash = createHash('md5');
  const size = await copySparse(source, target, (block) => hash.update(block));
  await target.sync();
  return { size, checksum: hash.digest('hex') };
}
