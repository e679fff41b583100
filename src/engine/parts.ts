import { readdirSync } from 'node:fs';
import type { Home } from '../config/home.ts';
import { isRunning, readRecord } from './daemon.ts';
import { stopPostgres } from './embedded-postgres.ts';
import { stopTemporal } from './temporal-server.ts';
import { stopWorker } from './worker-daemon.ts';

/** Says what is going on, a line each. */
export type Announce = (line: string) => void;

export type Part = {
  part: string;
  state: 'running' | 'stopped';
  pid: number | null;
  version: string;
  address: string;
  since: string | null;
};

/** Every part that has run in this home, as far as its record tells. */
export function listParts(home: Home): Part[] {
  return recordNames(home).flatMap((name) => {
    const record = readRecord(home, name);
    if (!record) return [];
    const alive = isRunning(home, name);
    const { pid, version, address, since } = record;
    return [
      {
        part: name,
        state: alive ? 'running' : 'stopped',
        pid: alive ? pid : null,
        version,
        address,
        since: alive ? since : null,
      },
    ];
  });
}

/** Workers first, so that nothing works while its Temporal or database goes away. */
export async function stopParts(home: Home): Promise<void> {
  await Promise.all(
    recordNames(home)
      .filter((name) => name.startsWith('worker-'))
      .map((name) => stopWorker(home, name)),
  );
  await stopTemporal(home);
  await stopPostgres(home);
}

const recordNames = (home: Home): string[] =>
  readdirSync(home.dir)
    .filter((name) => /^(postgres|temporal|worker-\w+)\.json$/.test(name))
    .map((name) => name.replace(/\.json$/, ''))
    .toSorted();
