import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Home } from '../config/home.ts';
import type { Target } from '../rules/target.ts';
import { accepts, exclusively, isRunning, readRecord, startDaemon, stopDaemon } from './daemon.ts';
import type { Announce } from './parts.ts';

const BIN = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** `fingerprint` changes with anything that makes a running worker unfit: another build, database or password. */
export type WorkerSpec = {
  target: Target;
  version: string;
  fingerprint: string;
  environment: NodeJS.ProcessEnv;
};

const nameOf = (target: Target): string => `worker-${target}`;

/** Makes sure that a local worker of this build serves the target; gives the socket that closes when it dies. */
export async function ensureWorker(
  home: Home,
  spec: WorkerSpec,
  announce: Announce,
): Promise<{ socketPath: string }> {
  const name = nameOf(spec.target);
  const socketPath = path.join(home.runDir, `${name}.sock`);
  const isFit = () =>
    isRunning(home, name) &&
    readRecord(home, name)?.build === spec.fingerprint &&
    accepts({ path: socketPath });
  if (await isFit()) return { socketPath };
  await exclusively(home, name, async () => {
    if (await isFit()) return;
    await stopDaemon(home, name, 'SIGTERM');
    rmSync(socketPath, { force: true });
    announce('Starting a worker.');
    await startDaemon(home, {
      name,
      command: process.execPath,
      arguments: [BIN, 'worker', 'start'],
      environment: {
        ...process.env,
        ...spec.environment,
        KEYWARD_HOME: home.dir,
        KEYWARD_WORKER_SOCKET: socketPath,
      },
      version: spec.version,
      address: `keyward-${spec.target}`,
      build: spec.fingerprint,
      isReady: () => accepts({ path: socketPath }),
    });
  });
  return { socketPath };
}

export const stopWorker = (home: Home, name: string): Promise<void> => stopDaemon(home, name, 'SIGTERM');
