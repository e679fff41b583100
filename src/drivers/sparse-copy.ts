import type { FileHandle } from 'node:fs/promises';

const BLOCK = 256 * 1024;
const NOUGHTS = Buffer.alloc(BLOCK);

/**
 * Copies all of a file block by block, and gives how many bytes it has. Blocks of noughts are left out, so that the copy
 * has holes where the source had some. `seen` is given each block, and must not keep it.
 */
export async function copySparse(
  source: FileHandle,
  target: FileHandle,
  seen: (block: Buffer) => void = () => {},
): Promise<number> {
  const block = Buffer.allocUnsafe(BLOCK);
  let size = 0;
  for (;;) {
    const { bytesRead } = await source.read(block, 0, BLOCK, size);
    if (bytesRead === 0) break;
    const part = block.subarray(0, bytesRead);
    seen(part);
    if (!part.equals(NOUGHTS.subarray(0, bytesRead))) await writeAll(target, part, size);
    size += bytesRead;
  }
  await target.truncate(size);
  return size;
}

/** A file system that becomes full takes a part of what is written, and says so only at the next write. */
async function writeAll(target: FileHandle, part: Buffer, position: number): Promise<void> {
  for (let done = 0; done < part.length;)
    done += (await target.write(part, done, part.length - done, position + done)).bytesWritten;
}
