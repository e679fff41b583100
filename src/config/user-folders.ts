import { existsSync, mkdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';

/** What Debian records for accounts without a folder. Node and oclif throw where nothing tells folder and shell. */
const NOWHERE = '/nonexistent';

type Variable = 'XDG_DATA_HOME' | 'XDG_CACHE_HOME';

/**
 * The folder of the account that this process runs as: HOME, or what the system says of the account where HOME is no
 * absolute path; null if that is no folder which is there. Nothing is ever made in its place.
 */
export function accountFolder(env: NodeJS.ProcessEnv): string | null {
  const folder = absolute(env['HOME']) ?? recordedFolder();
  return folder !== null && isFolder(folder) ? folder : null;
}

/** One of the XDG folders; null for an account that has neither a variable nor a folder of its own. */
export function userFolder(env: NodeJS.ProcessEnv, variable: Variable, below: string): string | null {
  const account = accountFolder(env);
  return absolute(env[variable]) ?? (account && path.join(account, below));
}

/**
 * Corrects the process's own environment, so that libraries and children see the same folders: a relative path would
 * mean another folder for each working folder. The XDG specification wants it ignored.
 */
export function settleUserFolders(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env).filter((each) => /^XDG_\w+_HOME$/.test(each)))
    if (absolute(env[name]) === null) delete env[name];
  const recorded = recordedFolder();
  env['HOME'] = absolute(env['HOME']) ?? recorded ?? NOWHERE;
  if (recorded === null) env['SHELL'] ??= '/bin/sh';
}

/** Not `recursive`: that never returns where the kernel answers ENOENT below a parent that exists, as in /proc. */
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

/** A uid without an account, as containers have them, has none. */
function recordedFolder(): string | null {
  try {
    return absolute(userInfo().homedir);
  } catch {
    return null;
  }
}

const isFolder = (folder: string): boolean =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
