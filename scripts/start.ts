import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { acquireLock } from '../src/daemons/process-lock.ts';

const root = path.dirname(import.meta.dirname);

/** Runs one keyward command as the operator would, and ends here if it fails. */
function keyward(...args: string[]): void {
  console.error(`\n$ npx keyward ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [path.join(root, 'bin/run.js'), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Makes other starts of this clone wait until this one ends, since both would promise the password of one file. */
async function oneAtATime(): Promise<void> {
  const lock = path.join(root, 'start.lock');
  if ((await acquireLock(lock, 0)) !== null) return;
  console.error('Another `npm start` is under way: waiting for it.');
  await acquireLock(lock, Infinity);
}

const passwordFile = path.join(root, 'admin-password.txt');
await oneAtATime();
keyward('up');
keyward('db', 'sync');
keyward(
  'bootstrap',
  '--immutable-roles',
  // If the file is there and the database is new, the password in the file is used: it is the one that was promised.
  ...(existsSync(passwordFile)
    ? ['--bootstrap-password-file', passwordFile]
    : [`--generate-password=${passwordFile}`]),
  ...['public', 'internal', 'admin'].flatMap((face) => [
    `--bootstrap-${face}-url`,
    'http://127.0.0.1:5000/v3',
  ]),
  '--bootstrap-region-id',
  'RegionOne',
);
keyward('status', 'upgrade', 'check');
console.error(`
What to try next:
  npx keyward ps                        what runs, and where
  npx keyward role list --immutable     what is locked
  npx keyward audit list                what was changed, when, and by whom
  npx keyward workflow list             the runs so far
  npx keyward bootstrap --dry-run       what a bootstrap would change now
  npx keyward db url identity           the database, for psql or a keystone.conf
  npx keyward down                      stop everything; the data stays`);
