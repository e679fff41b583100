import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import path from 'node:path';
import { Unavailable } from '../rules/errors.ts';

/** keyward's folders: data and state, sockets, logs, and what every home of this user shares (the Temporal binary). */
export type Home = { dir: string; runDir: string; logDir: string; cacheDir: string };

/** `KEYWARD_HOME`, or keyward's folder in the XDG data folder; folders that are missing are made, private. */
export function resolveHome(env: NodeJS.ProcessEnv): Home {
  const dir = path.resolve(
    env['KEYWARD_HOME'] || path.join(env['XDG_DATA_HOME'] || inHome('.local/share'), 'keyward'),
  );
  const cacheDir = path.join(env['XDG_CACHE_HOME'] || inHome('.cache'), 'keyward');
  const home = { dir, runDir: socketFolder(dir, env), logDir: path.join(dir, 'log'), cacheDir };
  for (const folder of [dir, home.runDir, home.logDir]) makePrivate(folder);
  return home;
}

/** Socket paths end at 107 bytes, so that sockets can't live in a home of any length. */
function socketFolder(dir: string, env: NodeJS.ProcessEnv): string {
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, 12);
  const runtime = env['XDG_RUNTIME_DIR'];
  return runtime && runtime.length < 60
    ? path.join(runtime, `keyward-${hash}`)
    : `/tmp/keyward-${process.getuid?.() ?? 0}-${hash}`;
}

function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    const { uid, mode } = statSync(folder);
    if (uid !== process.getuid?.()) throw new Error('it belongs to another user');
    if (mode & 0o022) throw new Error('others may write to it');
  } catch (error) {
    throw new Unavailable(
      'HomeUnusable',
      `keyward's folder ${folder} can't be used: ${(error as Error).message}.`,
      'Correct its owner and mode, or name another folder in KEYWARD_HOME.',
    );
  }
}

const inHome = (folder: string): string => path.join(homedir(), folder);
