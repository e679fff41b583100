import { existsSync, mkdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';

/** Debian records this for accounts without a folder. Node and oclif throw where nothing names folder and shell. */
const NOWHERE = '/nonexistent';

type Variable = 'XDG_DATA_HOME' | 'XDG_CACHE_HOME';

/**
 * Gives the folder of the account that this process runs as: HOME, or what the system records where HOME is no
 * absolute path. Null if that folder is not there: it is never made.
 */
export function accountFolder(env: NodeJS.ProcessEnv): string | null {
  const folder = absolute(env['HOME']) ?? recordedFolder();
  return folder !== null && isFolder(folder) ? folder : null;
}

/** Gives one of the XDG folders; null for an account that has neither a variable nor a folder of its own. */
export function userFolder(env: NodeJS.ProcessEnv, variable: Variable, below: string): string | null {
  const account = accountFolder(env);
  return absolute(env[variable]) ?? (account && path.join(account, below));
}

/**
 * Corrects the process's own environment, so that libraries and children see the same folders. A relative path would
 * mean another folder in each working folder; the XDG specification says to ignore it.
 */
export function settleUserFolders(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env).filter((each) => /^XDG_\w+_HOME$/.test(each)))
    if (absolute(env[name]) === null) delete env[name];
  const recorded = recordedFolder();
  env['HOME'] = absolute(env['HOME']) ?? recorded ?? NOWHERE;
  if (recorded === null) env['SHELL'] ??= '/bin/sh';
}

/** Makes a folder and its parents. Node's `recursive` hangs where mkdir in an existing parent gives ENOENT (/proc). */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const absolute = (value: string | undefined): string | null =>
  value && path.isAbsolute(value) ? value : null;

/** Asks the system for the account's folder; a uid without an account, as containers have them, has none. */
function recordedFolder(): string | null {
  try {
    return absolute(userInfo().homedir);
  } catch {
    return null;
  }
}

const isFolder = (folder: string): boolean =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
