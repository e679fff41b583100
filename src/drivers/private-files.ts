import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Writes a new file that only its owner can read, and that outlives a power cut. */
export async function writePrivateFile(file: string, content: string | Buffer): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder that only its owner can enter, and those above it that are missing. */
export async function makePrivateFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = path.dirname(made))
    await sync(path.dirname(made));
}

/**
 * Writes a new folder of files, given by their paths in it, that only its owner can read. The disk is waited for once
 * everything is written, which is quicker than file by file.
 */
export async function writePrivateTree(folder: string, files: Map<string, Buffer>): Promise<void> {
  const written = new Set([folder]);
  for (const [name, content] of files) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
    for (let each = file; each !== folder; each = path.dirname(each)) written.add(each);
  }
  await Promise.all([...written].map(sync));
}

/** Makes the content of a file, or the names in a folder, outlive a power cut. */
export async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
