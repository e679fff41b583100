import { closeSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { untilTrue } from './until-true.ts';

type Locking = typeof import('fs-native-extensions');

/** A daemon inherits its lock under this descriptor, the first after stdin, stdout and stderr. */
export const INHERITED_FD = 3;

/** Loads the native addon on first need: a command that finds everything running does not need it. */
const locking = (): Locking => createRequire(import.meta.url)('fs-native-extensions') as Locking;

/**
 * Opens and locks a file, and gives its descriptor, to be closed or inherited; null if it was held for `limitMs`. The
 * kernel keeps such a lock exactly as long as somebody has that open file: a crash or a reboot can't leave it behind.
 */
export async function acquireLock(file: string, limitMs: number): Promise<number | null> {
  const fd = openSync(file, 'a+', 0o600);
  try {
    if (await untilTrue(() => locking().tryLock(fd, 0, 0), limitMs)) return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  closeSync(fd);
  return null;
}

/** Runs `work` while nobody else runs anything under the same lock file; null if it was held for `limitMs`. */
export async function underLock<T>(
  file: string,
  limitMs: number,
  work: () => Promise<T>,
): Promise<{ result: T } | null> {
  const fd = await acquireLock(file, limitMs);
  if (fd === null) return null;
  try {
    return { result: await work() };
  } finally {
    closeSync(fd);
  }
}

/** Tells whether a process has the lock; it looks at `likely` first, which spares loading the addon. */
export function isLocked(file: string, likely: number | null): boolean {
  if (likely !== null && inherited(likely, file)) return true;
  let fd: number;
  try {
    fd = openSync(file, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    // The lock is shared, so that two who only look do not take each other for the holder.
    return !locking().tryLock(fd, 0, 0, { shared: true });
  } finally {
    closeSync(fd);
  }
}

/** Finds the daemon and its children by what they have open; without /proc it is `likely`, if the lock is held. */
export function lockHolders(file: string, likely: number | null): number[] {
  const pids = processIds();
  if (pids) return pids.filter((pid) => pid !== process.pid && inherited(pid, file));
  return likely !== null && isLocked(file, null) ? [likely] : [];
}

function inherited(pid: number, file: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/fd/${INHERITED_FD}`) === file;
  } catch {
    return false;
  }
}

function processIds(): number[] | null {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return null;
  }
}
