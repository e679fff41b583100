import { readFileSync } from 'node:fs';

/** Whether a signal (SIGSTOP, Ctrl-Z, a debugger) has stopped the process. Where there is no /proc, nobody knows: false. */
export function isSuspended(pid: number): boolean {
  try {
    // The name before the state is in brackets, and may hold any character.
    const [state] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!;
    return state === 'T' || state === 't';
  } catch {
    return false;
  }
}
