import { closeSync, existsSync, readdirSync, readFileSync } from 'node:fs';

const LAST_KEPT = 15;
/** This process will never open so many files beyond those that it has open now. */
const MARGIN = 32;
const O_CLOEXEC = 0o2000000;

/**
 * Closes inherited files, since a script's lock or pipe must not live on in a daemon. libuv keeps the first 16 files
 * from children, and marks what it opens itself (O_CLOEXEC). NOTE: some of Node's own files are not marked (a thread
 * reads the certificates of NODE_EXTRA_CA_CERTS), and closing them would end this process. But a process opens a file
 * at the lowest number that is free, so what lies far above that is inherited.
 */
export function closeStrangers(): void {
  if (!existsSync('/proc/self/fdinfo')) return;
  const open = new Set(readdirSync('/proc/self/fdinfo').map(Number));
  let free = 0;
  while (open.has(free)) free += 1;
  for (const fd of open) if (fd > Math.max(LAST_KEPT, free + MARGIN) && isInheritable(fd)) closeSync(fd);
}

function isInheritable(fd: number): boolean {
  try {
    const [, flags] = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return flags !== undefined && (parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    return false;
  }
}
