import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { underLock } from '../../../src/daemons/process-lock.ts';

/** Gives a folder of the user's cache, which `make` makes where it is not there yet; throws if that fails. */
export async function madeOnce(name: string, make: (dir: string) => Promise<void>): Promise<string> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'keyward');
  const dir = path.join(cache, name);
  const isComplete = (): boolean => existsSync(path.join(dir, 'complete'));
  if (isComplete()) return dir;
  mkdirSync(cache, { recursive: true });
  await underLock(`${dir}.lock`, Infinity, async () => {
    if (isComplete()) return;
    rmSync(dir, { recursive: true, force: true });
    await make(dir);
    writeFileSync(path.join(dir, 'complete.draft'), '');
    renameSync(path.join(dir, 'complete.draft'), path.join(dir, 'complete'));
  });
  return dir;
}
