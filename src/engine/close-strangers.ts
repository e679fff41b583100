import { closeSync, existsSync, readdirSync, readFileSync } from 'node:fs';

const LAST_KEPT = 15;
const O_CLOEXEC = 0o2000000;

/**
 * A script's lock or pipe that this command has inherited must not live on in a daemon. libuv keeps the first 16 files
 * from children; what we open ourselves is marked already (O_CLOEXEC).
 */
export function closeStrangers(): void {
  if (!existsSync('/proc/self/fdinfo')) return;
  for (const fd of readdirSync('/proc/self/fdinfo').map(Number)) {
    if (fd > LAST_KEPT && isInheritable(fd)) closeSync(fd);
  }
}

function isInheritable(fd: number): boolean {
  try {
    const [, flags] = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return flags !== undefined && (parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    return false;
  }
}
