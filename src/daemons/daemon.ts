import type { ChildProcess } from 'node:child_process';
import { closeSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Home } from '../config/home.ts';
import { Unavailable } from '../rules/errors.ts';
import { logFile, logSize, openLog, readLogSince } from './daemon-log.ts';
import { closeStrangers } from './close-strangers.ts';
import { acquireLock, isLocked, lockHolders, underLock } from './process-lock.ts';
import { untilTrue } from './until-true.ts';

const START_LIMIT_MS = 300_000;
const READY_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 30_000;
const KILL_LIMIT_MS = 10_000;

/**
 * What is known of a daemon. `since` is ISO 8601; `fingerprint` tells two configurations of the same part apart;
 * `uiAddress` is where its web pages are. `ready` becomes true when it can be used; if it stays false, the starter has
 * died half way.
 */
export type DaemonRecord = {
  pid: number;
  version: string;
  address: string;
  since: string;
  fingerprint?: string | undefined;
  uiAddress?: string | null | undefined;
  ready: boolean;
};

export type DaemonSpec = {
  name: string;
  command: string;
  arguments: string[];
  environment: NodeJS.ProcessEnv;
  cwd: string;
  /** The account to run as, if it is another one; only root can do that. */
  account?: { uid: number; gid: number };
  /** Open files, which the daemon gets as descriptors after the lock's. */
  inherit?: number[];
  version: string;
  address: string;
  fingerprint?: string;
  uiAddress?: string | null;
  /** Tells whether it can be used; it is asked until it says yes or throws, or the daemon has died. */
  isReady: () => Promise<boolean>;
};

/** Says whether a daemon ended by itself, and why it can't be used. */
type Failure = [name: 'PartEnded' | 'PartFailed', cause: string];

const lockPath = (home: Home, name: string): string => path.join(home.dir, `${name}.lock`);
const recordPath = (home: Home, name: string): string => path.join(home.dir, `${name}.json`);

/** Reads a record, which may be of a daemon that is gone; null if the part never ran, or it can't be read. */
export function readRecord(home: Home, name: string): DaemonRecord | null {
  try {
    return JSON.parse(readFileSync(recordPath(home, name), 'utf8')) as DaemonRecord;
  } catch {
    return null;
  }
}

/**
 * Tells whether the daemon, or a child of it, lives. It has inherited an open, locked file, whose lock the kernel holds
 * exactly as long: unlike a pid file, that can't go stale by a crash, a reboot or a reused pid.
 */
export const isRunning = (home: Home, name: string): boolean =>
  isLocked(lockPath(home, name), readRecord(home, name)?.pid ?? null);

/** Reads the record of a daemon that lives and has been ready; null for any other. */
export function findRunning(home: Home, name: string): DaemonRecord | null {
  const record = readRecord(home, name);
  return record?.ready && isLocked(lockPath(home, name), record.pid) ? record : null;
}

/** Starts the daemon in a session of its own; returns once it is ready. Call it under `exclusively`. */
export async function startDaemon(home: Home, spec: DaemonSpec): Promise<void> {
  const logged = logSize(home, spec.name);
  const child = await spawnLocked(home, spec);
  const { version, address, fingerprint, uiAddress } = spec;
  const since = new Date().toISOString();
  const record = { pid: child.pid ?? 0, version, address, fingerprint, uiAddress, since, ready: false };
  if (child.pid) writeRecord(home, spec.name, record);
  const waiting = new AbortController();
  const ready = untilTrue(spec.isReady, READY_LIMIT_MS, waiting.signal).then(
    (isReady): Failure | null => (isReady ? null : ['PartFailed', 'it did not get ready in time']),
    (error: Error): Failure => ['PartFailed', error.message],
  );
  const failure = await Promise.race([death(child), ready]);
  waiting.abort();
  child.unref();
  if (failure === null) return writeRecord(home, spec.name, { ...record, ready: true });
  await stopDaemon(home, spec.name, 'SIGKILL');
  throw failed(home, spec.name, failure, logged);
}

/** Ends the daemon if it lives: politely with `signal`, then by SIGKILL. */
export async function stopDaemon(home: Home, name: string, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(home, name)) return;
  const lock = lockPath(home, name);
  const pid = readRecord(home, name)?.pid ?? null;
  const isGone = () => !isLocked(lock, pid);
  // A recorded pid that does not hold the lock belongs to another process by now.
  const holders = lockHolders(lock, pid);
  kill(pid !== null && holders.includes(pid) ? [pid] : holders, signal);
  // A process that a signal has stopped could not obey.
  kill(holders, 'SIGCONT');
  if (await untilTrue(isGone, STOP_LIMIT_MS)) return;
  kill(lockHolders(lock, pid), 'SIGKILL');
  if (await untilTrue(isGone, KILL_LIMIT_MS)) return;
  throw new Unavailable(
    'PartStuck',
    `${name} does not end, not even by SIGKILL.`,
    `See with \`ps\` what its process ${pid} waits for (a disk?), then repeat the command.`,
  );
}

/** Forgets a daemon that is gone for good, its log too. */
export function forgetDaemon(home: Home, name: string): void {
  for (const file of [recordPath(home, name), logFile(home, name)]) rmSync(file, { force: true });
}

/** Runs `work` while no other keyward process starts or stops the same part of this home. */
export async function exclusively<T>(home: Home, name: string, work: () => Promise<T>): Promise<T> {
  const done = await underLock(path.join(home.dir, `${name}.start-lock`), START_LIMIT_MS, work);
  if (done) return done.result;
  throw new Unavailable(
    'PartBusy',
    `Another keyward command has been starting or stopping ${name} for ${START_LIMIT_MS / 60_000} minutes.`,
    'Look for it with `ps`, end it, and repeat the command.',
  );
}

async function spawnLocked(home: Home, spec: DaemonSpec): Promise<ChildProcess> {
  const lock = await acquireLock(lockPath(home, spec.name), KILL_LIMIT_MS);
  if (lock === null) throw failed(home, spec.name, ['PartFailed', 'another process holds its lock'], null);
  const { spawn } = await import('node:child_process');
  const log = openLog(home, spec.name);
  closeStrangers();
  // Only its user may read what a daemon writes, whatever the umask of its starter.
  const umask = process.umask(0o077);
  try {
    return spawn(spec.command, spec.arguments, {
      cwd: spec.cwd,
      env: spec.environment,
      // The lock comes at INHERITED_FD, where `lockHolders` looks for it.
      stdio: ['ignore', log, log, lock, ...(spec.inherit ?? [])],
      detached: true,
      ...spec.account,
    });
  } finally {
    process.umask(umask);
    closeSync(lock);
    closeSync(log);
  }
}

function death(child: ChildProcess): Promise<Failure> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(['PartFailed', error.message]));
    child.once('exit', (code, signal) =>
      resolve(['PartEnded', `it ended at once (${signal ?? `exit code ${code}`})`]),
    );
  });
}

/** Replaces the record as a whole, so that nobody reads half of one. */
function writeRecord(home: Home, name: string, record: DaemonRecord): void {
  const file = recordPath(home, name);
  writeFileSync(`${file}.draft`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.draft`, file);
}

function kill(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // The process has ended by itself.
    }
  }
}

function failed(home: Home, name: string, [kind, cause]: Failure, logged: number | null): Unavailable {
  const lines = logged === null ? [] : readLogSince(home, name, logged).slice(-3).map(shortened);
  return new Unavailable(
    kind,
    `${name} could not be started: ${cause}.${lines.length > 0 ? ` Its log ends: ${lines.join(' | ')}` : ''}`,
    `See ${logFile(home, name)}, mend the cause, and run \`keyward up\`.`,
  );
}

/** Shortens a line for an error: Temporal writes lines of some thousand characters, with the cause at the end. */
const shortened = (line: string): string =>
  line.length <= 300 ? line : `${line.slice(0, 100)} ... ${line.slice(-200)}`;
