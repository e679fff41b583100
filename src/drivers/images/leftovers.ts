import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

/** What somebody else on this home may be writing: after a day without a write nobody is. */
const OLD_MS = 86_400_000;

const MAKING = /^\.new-(\d+)-(.+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DELETED = '.deleted-';

/** Names the folder in which this process makes an image, until it is whole; whoever lists images passes over it. */
export const makingName = (id: string): string => `.new-${process.pid}-${hostname()}-${id}`;

/** Names the folder of an image that is being deleted. */
export const deletedName = (id: string): string => `${DELETED}${id}`;

/** Removes what creations and deletions that were killed have left in the folder of images. */
export async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const folder = path.join(dir, name);
    if (name.startsWith(DELETED) || (await isAbandoned(folder, MAKING.exec(name))))
      await rm(folder, { recursive: true, force: true });
  }
}

/** A process of this host can be asked for; of another one that shares the home only the time of the last write tells. */
async function isAbandoned(folder: string, making: RegExpExecArray | null): Promise<boolean> {
  if (!making) return false;
  const [, pid, host] = making;
  if (host === hostname() && !isAlive(Number(pid))) return true;
  const found = await stat(path.join(folder, 'data')).catch(() => stat(folder).catch(() => null));
  return found !== null && Date.now() - found.mtimeMs > OLD_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else's may not be asked; it is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
