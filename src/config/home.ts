import { createHash } from 'node:crypto';
import { accessSync, constants, lstatSync, realpathSync, statSync, type Stats } from 'node:fs';
import path from 'node:path';
import { Unavailable } from '../rules/errors.ts';
import { makeFolder, userFolder } from './user-folders.ts';

/**
 * keyward's folders, as absolute paths: `dir` holds data and state, `runDir` sockets, `logDir` logs. `cacheDir` holds
 * the Temporal binary, which all homes of a user share; it is in the home if the account has no folder of its own.
 */
export type Home = { dir: string; runDir: string; logDir: string; cacheDir: string };

/** The kernel allows a socket's path 107 bytes (`sun_path`), and a worker's socket has the longest name. */
const LONGEST_SOCKET_FOLDER = 107 - '/worker-0123456789ab.sock'.length;

/**
 * Finds the home (`KEYWARD_HOME`, or keyward's folder in the XDG data folder) and makes missing folders private. Throws
 * Unavailable for a folder that can't be made or written, belongs to somebody else or is open to others.
 */
export function resolveHome(env: NodeJS.ProcessEnv): Home {
  const wanted = env['KEYWARD_HOME'] || path.join(dataFolder(env), 'keyward');
  // Links are resolved, so that a home has one name by whatever path it is reached: a target is a hash of that name.
  const dir = usable(path.resolve(wanted), (folder) => realpathSync(makePrivate(folder, statSync, 0o022)));
  const logDir = path.join(dir, 'log');
  const runDir = socketFolder(dir);
  for (const folder of [runDir, logDir]) usable(folder, (it) => makePrivate(it, lstatSync, 0o077));
  const cache = userFolder(env, 'XDG_CACHE_HOME', '.cache');
  return { dir, runDir, logDir, cacheDir: cache ? path.join(cache, 'keyward') : path.join(dir, 'cache') };
}

function dataFolder(env: NodeJS.ProcessEnv): string {
  const folder = userFolder(env, 'XDG_DATA_HOME', '.local/share');
  if (folder !== null) return folder;
  throw new Unavailable(
    'HomeMissing',
    `This account has no folder of its own${env['HOME'] ? `: HOME is ${env['HOME']}, which is no folder` : ''}.`,
    "Name a folder for keyward's data in KEYWARD_HOME.",
  );
}

/** Gives twelve hex digits that name the home where its path is too long or can't be read. */
export const homeHash = (dir: string): string => createHash('sha256').update(dir).digest('hex').slice(0, 12);

/**
 * The sockets are in the home if the path is short enough. XDG_RUNTIME_DIR would not do: it is deleted at logout, under
 * a running PostgreSQL, and cron has none, so a target would depend on who asks.
 */
function socketFolder(dir: string): string {
  const folder = path.join(dir, 'run');
  if (Buffer.byteLength(folder) <= LONGEST_SOCKET_FOLDER) return folder;
  return `/tmp/keyward-${process.getuid?.() ?? 0}-${homeHash(dir)}`;
}

/** Makes the folder or checks it; `stat` follows links or does not, since in /tmp somebody else may have made one. */
function makePrivate(folder: string, stat: (path: string) => Stats, forbidden: number): string {
  makeFolder(folder);
  const found = stat(folder);
  if (!found.isDirectory()) throw new Error('it is no folder');
  if (process.getuid && found.uid !== process.getuid()) throw new Error('it belongs to another user');
  if (found.mode & forbidden) throw new Error(`its mode ${(found.mode & 0o777).toString(8)} lets others in`);
  accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  return folder;
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
