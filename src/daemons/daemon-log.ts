import { openSync, readFileSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Home } from '../config/home.ts';

const ROTATE_BYTES = 8 << 20;

export const logFile = (home: Home, name: string): string => path.join(home.logDir, `${name}.log`);

/** Gives the log's size in bytes when a daemon starts; a log over 8 MiB is set aside first, as `.1`. */
export function logSize(home: Home, name: string): number {
  const file = logFile(home, name);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= ROTATE_BYTES) return size;
  renameSync(file, `${file}.1`);
  return 0;
}

/** Opens the log to append to it, and gives its descriptor. */
export const openLog = (home: Home, name: string): number => openSync(logFile(home, name), 'a', 0o600);

/** Reads the lines after so many bytes. */
export function readLogSince(home: Home, name: string, bytes: number): string[] {
  try {
    const text = readFileSync(logFile(home, name)).subarray(bytes).toString('utf8').trim();
    return text === '' ? [] : text.split('\n');
  } catch {
    return [];
  }
}
