import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Home } from '../config/home.ts';
import type { Part } from '../rules/part.ts';
import { isRunning, readRecord } from './daemon.ts';
import { stopPostgres } from './postgres/server.ts';
import { isSuspended } from './process-state.ts';
import { stopTemporal } from './temporal-server/server.ts';
import { stopWorker } from './worker-daemon.ts';

/** Lists PostgreSQL, Temporal and the workers of this home, running or not. */
export const listParts = (home: Home): Part[] =>
  ['postgres', 'temporal', ...workerNames(home)].map((name) => describePart(home, name));

/** Stops the workers first, so that nothing works while its Temporal or database goes away. */
export async function stopParts(home: Home): Promise<void> {
  await Promise.all(workerNames(home).map((name) => stopWorker(home, name)));
  await stopTemporal(home);
  await stopPostgres(home);
}

function describePart(home: Home, name: string): Part {
  const { version = null, address = null, pid = null, since = null } = readRecord(home, name) ?? {};
  const part = name.replace('-', ' ');
  if (!isRunning(home, name)) return { part, state: 'stopped', pid: null, version, address, since: null };
  const state = pid !== null && isSuspended(pid) ? 'suspended' : 'running';
  return { part, state, pid, version, address, since };
}

/** Finds workers by their lock files, since a starter may have died before it wrote a record; stopped ones have none. */
const workerNames = (home: Home): string[] =>
  readdirSync(home.dir)
    .filter((file) => /^worker-\w+\.lock$/.test(file))
    .map((file) => path.basename(file, '.lock'))
    .filter((name) => readRecord(home, name) !== null || isRunning(home, name))
    .toSorted();
