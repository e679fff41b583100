import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

const BLOCK = 256 * 1024;
const NOUGHTS = Buffer.alloc(BLOCK);

/** Bytes that were copied, and their MD5 in hex digits. */
export type Copied = { size: number; checksum: string };

/**
 * Copies all of a file block by block, and waits until it is on the disk. Blocks of noughts are left out, so that the
 * copy has holes where the source had some; the checksum is of what a reader of the copy reads.
 */
export async function copyData(source: FileHandle, target: FileHandle): Promise<Copied> {
  const hash = createHash('md5');
  const block = Buffer.allocUnsafe(BLOCK);
  let size = 0;
  for (;;) {
    const { bytesRead } = await source.read(block, 0, BLOCK, size);
    if (bytesRead === 0) break;
    const part = block.subarray(0, bytesRead);
    hash.update(part);
    if (!part.equals(NOUGHTS.subarray(0, bytesRead))) await writeAll(target, part, size);
    size += bytesRead;
  }
  await target.truncate(size);
  await target.sync();
  return { size, checksum: hash.digest('hex') };
}

/** The kernel may take fewer bytes than it is given. */
async function writeAll(target: FileHandle, part: Buffer, position: number): Promise<void> {
  for (let done = 0; done < part.length;)
    done += (await target.write(part, done, part.length - done, position + done)).bytesWritten;
}
