import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Home } from '../config/home.ts';
import type { ServiceName } from '../rules/service.ts';
import type { Target } from '../rules/target.ts';
import { exclusively, findRunning, forgetDaemon, startDaemon, stopDaemon } from './daemon.ts';
import { daemonEnvironment } from './daemon-environment.ts';
import type { Announce } from '../rules/announce.ts';
import { isSuspended } from './process-state.ts';
import { accepts } from './watch-death.ts';
import { watchSuspension } from './watch-suspension.ts';

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** `fingerprint` changes with whatever makes a running worker unfit: another build, database, password or Temporal. */
export type WorkerSpec = {
  service: ServiceName;
  target: Target;
  version: string;
  fingerprint: string;
  environment: NodeJS.ProcessEnv;
};

const nameOf = (target: Target): string => `worker-${target}`;

/** Gives the pid of the target's local worker if a signal has stopped it; null if it works, or is not there. */
export function suspendedWorker(home: Home, target: Target): number | null {
  const pid = findRunning(home, nameOf(target))?.pid ?? null;
  return pid !== null && isSuspended(pid) ? pid : null;
}

/** Says while a command waits that a signal has stopped the worker, and how it goes on. */
export const watchWorker = (home: Home, target: Target, announce: Announce): { close(): void } =>
  watchSuspension(
    () => suspendedWorker(home, target),
    (pid) => announce(`The worker is stopped by a signal: \`kill -CONT ${pid}\` lets it go on with the run.`),
  );

/**
 * Makes sure that a local worker of this build serves the target; gives the socket that closes when it dies. One that
 * another command has put in its place meanwhile is left alone, if `isRevival`: two commands with different settings
 * would replace each other's worker for ever.
 */
export async function ensureWorker(
  home: Home,
  spec: WorkerSpec,
  announce: Announce,
  { isRevival = false } = {},
): Promise<{ socketPath: string }> {
  const name = nameOf(spec.target);
  const socketPath = path.join(home.runDir, `${name}.sock`);
  const isFit = async () => {
    const running = findRunning(home, name);
    const isMeant = running !== null && (isRevival || running.fingerprint === spec.fingerprint);
    return isMeant && accepts({ path: socketPath });
  };
  if (await isFit()) return { socketPath };
  await exclusively(home, name, async () => {
    if (!(await isFit())) await replaceWorker(home, name, socketPath, spec, announce);
  });
  return { socketPath };
}

/** Stops a worker and forgets it; the worker lets what is under way finish first. */
export const stopWorker = (home: Home, name: string): Promise<void> =>
  exclusively(home, name, async () => {
    await stopDaemon(home, name, 'SIGTERM');
    forgetDaemon(home, name);
  });

async function replaceWorker(
  home: Home,
  name: string,
  socketPath: string,
  spec: WorkerSpec,
  announce: Announce,
): Promise<void> {
  if (findRunning(home, name)) announce('Replacing a worker of another build or configuration.');
  await stopDaemon(home, name, 'SIGTERM');
  rmSync(socketPath, { force: true });
  announce('Starting a worker.');
  await startDaemon(home, {
    name,
    command: process.execPath,
    arguments: [BIN, 'worker', 'start', '--service', spec.service],
    environment: {
      // It is told of its own database alone: the others' URLs have passwords, and it lives longer than the command.
      ...daemonEnvironment(process.env, /^KEYWARD_(?!.*DATABASE_URL$)/),
      ...spec.environment,
      KEYWARD_HOME: home.dir,
      KEYWARD_WORKER_SOCKET: socketPath,
    },
    cwd: home.dir,
    version: spec.version,
    address: `keyward-${spec.target}`,
    fingerprint: spec.fingerprint,
    isReady: () => accepts({ path: socketPath }),
  });
}
