import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { Unavailable } from '../rules/errors.ts';

/**
 * keyward's folders, as absolute paths: data and state (`dir`), sockets (`runDir`), logs, and what every home of this
 * user shares (`cacheDir`: the Temporal binary).
 */
export type Home = { dir: string; runDir: string; logDir: string; cacheDir: string };

/** A socket's path ends at 107 bytes (`sun_path`); the longest name in the folder is a worker's, of 24. */
const LONGEST_SOCKET_FOLDER = 107 - '/worker-0123456789ab.sock'.length;

/**
 * `KEYWARD_HOME`, or keyward's folder in the XDG data folder. Folders that are missing are made, private; throws
 * Unavailable for one that can't be made or written, belongs to somebody else or is open to others.
 */
export function resolveHome(env: NodeJS.ProcessEnv): Home {
  const wanted = env['KEYWARD_HOME'] || path.join(xdg(env['XDG_DATA_HOME'], '.local/share'), 'keyward');
  // Resolved, so that the same home has one name whatever links lead to it: a target is a hash of that name.
  const dir = usable(path.resolve(wanted), (folder) => realpathSync(makePrivate(folder, statSync, 0o022)));
  const logDir = path.join(dir, 'log');
  const runDir = socketFolder(dir);
  for (const folder of [runDir, logDir]) usable(folder, (it) => makePrivate(it, lstatSync, 0o077));
  return { dir, runDir, logDir, cacheDir: path.join(xdg(env['XDG_CACHE_HOME'], '.cache'), 'keyward') };
}

/** Twelve hex digits that name the home where its path is too long or can't be read. */
export const homeHash = (dir: string): string => createHash('sha256').update(dir).digest('hex').slice(0, 12);

/**
 * In the home, if the path is short enough. Not in XDG_RUNTIME_DIR: it is deleted at logout, under a running
 * PostgreSQL, and cron has none, so that a target would depend on who asks.
 */
function socketFolder(dir: string): string {
  const folder = path.join(dir, 'run');
  if (Buffer.byteLength(folder) <= LONGEST_SOCKET_FOLDER) return folder;
  return `/tmp/keyward-${process.getuid?.() ?? 0}-${homeHash(dir)}`;
}

/** `stat` decides whether a link is followed; in /tmp somebody else may have made one. */
function makePrivate(folder: string, stat: (path: string) => Stats, forbidden: number): string {
  makeFolder(folder);
  const found = stat(folder);
  if (!found.isDirectory()) throw new Error('it is no folder');
  if (process.getuid && found.uid !== process.getuid()) throw new Error('it belongs to another user');
  if (found.mode & forbidden) throw new Error(`its mode ${(found.mode & 0o777).toString(8)} lets others in`);
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  return folder;
}

/** Not `recursive`: that never returns where the kernel answers ENOENT below a parent that exists, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function usable<T>(folder: string, make: (folder: string) => T): T {
  try {
    return make(folder);
  } catch (error) {
    throw new Unavailable(
      'HomeUnusable',
      `keyward's folder ${folder} can't be used: ${(error as Error).message}.`,
      'Correct its owner and mode (0700), or name another folder in KEYWARD_HOME.',
    );
  }
}

/** The XDG specification: a path that is not absolute is to be ignored. */
const xdg = (value: string | undefined, fallback: string): string =>
  value && path.isAbsolute(value) ? value : path.join(homedir(), fallback);
