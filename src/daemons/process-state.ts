import { readFileSync } from 'node:fs';

/** Tells whether a signal (SIGSTOP, Ctrl-Z, a debugger) has stopped the process; false where there is no /proc. */
export function isSuspended(pid: number): boolean {
  try {
    // The state follows the name, which is in brackets and may hold any character.
    const [state] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!;
    return state === 'T' || state === 't';
  } catch {
    return false;
  }
}
