import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { tryLock } from 'fs-native-extensions';
import type { Home } from '../config/home.ts';
import { Unavailable } from '../rules/errors.ts';

const START_LIMIT_MS = 300_000;
const STOP_LIMIT_MS = 20_000;
const RETRY_MS = 25;

/** What is known of a daemon; `since` is ISO 8601, `build` tells two configurations of the same part apart. */
export type DaemonRecord = { pid: number; version: string; address: string; since: string; build: string };

export type DaemonSpec = {
  name: string;
  command: string;
  arguments: string[];
  environment: NodeJS.ProcessEnv;
  version: string;
  address: string;
  build: string;
  /** True once it can be used; asked again and again until it is, or the daemon has died. */
  isReady: () => Promise<boolean>;
};

const lockFile = (home: Home, name: string): string => path.join(home.dir, `${name}.lock`);
const recordFile = (home: Home, name: string): string => path.join(home.dir, `${name}.json`);
export const logFile = (home: Home, name: string): string => path.join(home.logDir, `${name}.log`);

/**
 * Whether the daemon lives. It inherits an open, locked file, and the kernel holds that lock exactly as long as the
 * daemon or a child of it lives: unlike a pid file, that can't go stale by a crash, a reboot or a reused pid.
 */
export function isRunning(home: Home, name: string): boolean {
  const fd = openSync(lockFile(home, name), 'a+', 0o600);
  try {
    return !tryLock(fd);
  } finally {
    closeSync(fd);
  }
}

export function readRecord(home: Home, name: string): DaemonRecord | null {
  try {
    return JSON.parse(readFileSync(recordFile(home, name), 'utf8')) as DaemonRecord;
  } catch {
    return null;
  }
}

/** Starts the daemon in a session of its own, and returns once it is ready. Call it under `exclusively`. */
export async function startDaemon(home: Home, spec: DaemonSpec): Promise<void> {
  const lock = openSync(lockFile(home, spec.name), 'a+', 0o600);
  const log = openSync(logFile(home, spec.name), 'a', 0o600);
  if (!tryLock(lock)) throw failed(home, spec.name, 'another process holds its lock');
  const child = spawn(spec.command, spec.arguments, {
    cwd: home.dir,
    env: spec.environment,
    stdio: ['ignore', log, log, lock],
    detached: true,
  });
  const died = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended at once (${signal ?? code})`));
  });
  closeSync(lock);
  closeSync(log);
  const { version, address, build } = spec;
  const record: DaemonRecord = {
    pid: child.pid ?? 0,
    version,
    address,
    build,
    since: new Date().toISOString(),
  };
  writeFileSync(recordFile(home, spec.name), JSON.stringify(record), { mode: 0o600 });
  const cause = await Promise.race([
    untilTrue(spec.isReady, START_LIMIT_MS / 5).then((ready) => ready || 'it did not get ready'),
    died,
  ]);
  child.unref();
  if (cause === true) return;
  await stopDaemon(home, spec.name, 'SIGTERM');
  throw failed(home, spec.name, String(cause));
}

/** Ends the daemon: politely with `signal`, then by SIGKILL. Nothing to do if it does not live. */
export async function stopDaemon(home: Home, name: string, signal: NodeJS.Signals): Promise<void> {
  const record = readRecord(home, name);
  if (record && isRunning(home, name)) {
    kill(record.pid, signal);
    const isGone = () => Promise.resolve(!isRunning(home, name));
    if (!(await untilTrue(isGone, STOP_LIMIT_MS))) {
      kill(-record.pid, 'SIGKILL');
      await untilTrue(isGone, STOP_LIMIT_MS);
    }
  }
  rmSync(recordFile(home, name), { force: true });
}

/** Runs `work` while no other keyward process runs anything under the same name in this home. */
export async function exclusively<T>(home: Home, name: string, work: () => Promise<T>): Promise<T> {
  const fd = openSync(path.join(home.dir, `${name}.start-lock`), 'a+', 0o600);
  try {
    if (!(await untilTrue(() => Promise.resolve(tryLock(fd)), START_LIMIT_MS))) {
      throw failed(home, name, 'another command has been starting it for five minutes');
    }
    return await work();
  } finally {
    closeSync(fd);
  }
}

/** Calls `onDeath` once nothing listens at the socket any more; an open connection tells it, no polling. */
export function watchDeath(socketPath: string, onDeath: () => void): { close(): void } {
  let isClosed = false;
  let socket = connect(socketPath);
  const watch = (): void => {
    let wasOpen = false;
    socket.once('connect', () => (wasOpen = true));
    socket.on('error', () => {});
    socket.once('close', () => {
      if (isClosed) return;
      if (!wasOpen) return onDeath();
      socket = connect(socketPath);
      watch();
    });
    socket.unref();
  };
  watch();
  return {
    close: () => {
      isClosed = true;
      socket.destroy();
    },
  };
}

export const accepts = (target: { path: string } | { host: string; port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(target);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

async function untilTrue(condition: () => Promise<boolean>, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await after(RETRY_MS);
  }
  return false;
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function failed(home: Home, name: string, cause: string): Unavailable {
  const lines = readLog(logFile(home, name)).slice(-3).join(' | ');
  return new Unavailable(
    'PartFailed',
    `${name} could not be started: ${cause}.${lines && ` Its log ends: ${lines}`}`,
    `See ${logFile(home, name)}, mend the cause, and run \`keyward up\`.`,
  );
}

const readLog = (file: string): string[] => {
  try {
    return readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
};
