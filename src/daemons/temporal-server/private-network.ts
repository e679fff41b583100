import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Root may make a network namespace; anybody else, and root without CAP_SYS_ADMIN, in a user namespace of its own. */
const NAMESPACES = [
  ['unshare', '-n'],
  ['unshare', '-Ur', 'unshare', '-n'],
];

/** A new namespace's loopback is down. Slim systems lack `ip`; perl is in every Debian (SIOCSIFFLAGS, UP and RUNNING). */
const LOOPBACK_UP = `{ ip link set lo up || perl -e '
  socket(my $socket, 2, 2, 0) && ioctl($socket, 0x8914, pack("a16s x22", "lo", 0x49)) || exit 1'; } 2>/dev/null`;

/** Ends a program with its parent, however that dies. */
export const BOUND = ['setpriv', '--pdeathsig', 'KILL'];

/**
 * What to put in front of a command line so that it runs in a network namespace of its own, with nothing but a working
 * loopback; each step is an exec, so that the process keeps its id and its open files. Null where that can't be had,
 * which only a trial tells: sysctls, seccomp filters and AppArmor each may forbid it, and macOS has none.
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
