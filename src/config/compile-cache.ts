import { readdirSync, statSync } from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { makeFolder, userFolder } from './user-folders.ts';

const MOST_REMOVED = 1000;

/**
 * Keeps compiled code in the user's cache. Each installation has a folder of its own, which can be removed when the
 * installation is gone. Without a usable folder everything works, only slower.
 */
export function cacheCompiledCode(root: string, env: NodeJS.ProcessEnv): void {
  try {
    const folder = compileCacheOf(root, env);
    if (folder === null) return;
    if (makePrivate(folder)) removeForsaken(path.dirname(folder));
    module.enableCompileCache(folder);
  } catch {
    // The folder belongs to somebody else, can't be made, or has too long a name: then nothing is cached.
  }
}

/** Gives the folder, whose name is the installation's path; null for an account without a cache folder. */
export function compileCacheOf(root: string, env: NodeJS.ProcessEnv): string | null {
  const cache = userFolder(env, 'XDG_CACHE_HOME', '.cache');
  return cache && path.join(cache, 'keyward', 'compile-cache', encodeURIComponent(root));
}

/** Tells whether the folder had to be made; throws where others could write to it and so plant code. */
function makePrivate(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found) {
    const isPrivate = found.uid === process.getuid?.() && (found.mode & 0o002) === 0;
    if (!isPrivate) throw new Error('others can write here');
    return false;
  }
  makePrivate(path.dirname(folder));
  makeFolder(folder);
  return true;
}

/** Starts a process that removes the files: there may be tens of thousands, and this command has other work. */
function removeForsaken(shared: string): void {
  const forsaken = readdirSync(shared).filter((name) => !isInstalled(name));
  if (forsaken.length === 0) return;
  const { spawn } = process.getBuiltinModule('node:child_process');
  const files = forsaken.slice(0, MOST_REMOVED).map((name) => path.join(shared, name));
  spawn('rm', ['-rf', '--', ...files], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}

function isInstalled(name: string): boolean {
  try {
    return statSync(path.join(decodeURIComponent(name), 'bin/run.js')).isFile();
  } catch {
    return false;
  }
}
