import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Root may make a network namespace; others, and root without CAP_SYS_ADMIN, need a user namespace around it. */
const NAMESPACES = [
  ['unshare', '-n'],
  ['unshare', '-Ur', 'unshare', '-n'],
];

/** Brings up the namespace's loopback. Slim systems lack `ip`; every Debian has perl (SIOCSIFFLAGS, UP, RUNNING). */
const LOOPBACK_UP = `{ ip link set lo up || perl -e '
  socket(my $socket, 2, 2, 0) && ioctl($socket, 0x8914, pack("a16s x22", "lo", 0x49)) || exit 1'; } 2>/dev/null`;

/** Ends a program with its parent, however the parent dies. */
export const BOUND = ['setpriv', '--pdeathsig', 'KILL'];

/**
 * Finds what to put in front of a command line so that it runs in a network namespace of its own, with nothing but a
 * working loopback; each step is an exec, so that the process keeps its id and its open files. Null where there is no
 * way, which only a trial tells: sysctls, seccomp filters and AppArmor each may forbid it, and macOS has none.
 */
export async function findPrivateNetwork(): Promise<string[] | null> {
  for (const namespace of NAMESPACES) {
    const prefix = [...namespace, 'sh', '-c', `${LOOPBACK_UP} && exec "$@"`, 'sh'];
    if (await succeeds([...prefix, ...BOUND, 'true'])) return prefix;
  }
  return null;
}

const succeeds = ([program, ...args]: string[]): Promise<boolean> =>
  run(program!, args).then(
    () => true,
    () => false,
  );
