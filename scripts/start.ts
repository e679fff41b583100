import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { acquireLock } from '../src/daemons/process-lock.ts';
import { shellWord } from '../src/rules/shell-word.ts';

const root = path.dirname(import.meta.dirname);

/** Runs one keyward command as the operator would, and ends here if it fails. */
function keyward(...args: string[]): void {
  console.error(`\n$ npx keyward ${args.map(shellWord).join(' ')}`);
  const { status } = spawnSync(process.execPath, [path.join(root, 'bin/run.js'), ...args], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Lists the names of what there is of a kind. */
function namesOf(...list: string[]): string[] {
  const args = [path.join(root, 'bin/run.js'), ...list, '-f', 'value', '-c', 'Name'];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout.split('\n');
}

/**
 * Leaves a flavor: the smallest of those that DevStack makes, whose name operators know. Nothing runs in such a server,
 * so that its memory is a number only.
 */
function leaveFlavor(): void {
  if (namesOf('flavor', 'list', '--all').includes('m1.tiny')) return;
  keyward('flavor', 'create', 'm1.tiny', '--ram', '512', '--disk', '1', '--vcpus', '1');
}

/** Leaves an image of 1 MiB, which says that it boots nothing: a real one is a download of at least 20 MB. */
function leaveImage(): void {
  if (namesOf('image', 'list').includes('tiny')) return;
  const dir = mkdtempSync(path.join(tmpdir(), 'keyward-start-'));
  const file = path.join(dir, 'tiny.raw');
  writeFileSync(file, `${BOOTS_NOTHING}\n`);
  truncateSync(file, 1 << 20);
  try {
    keyward('image', 'create', '--file', file, '--property', `description=${BOOTS_NOTHING}`, 'tiny');
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Makes other starts of this clone wait until this one ends, since both would promise the password of one file. */
async function oneAtATime(): Promise<void> {
  const lock = path.join(root, 'start.lock');
  if ((await acquireLock(lock, 0)) !== null) return;
  console.error('Another `npm start` is under way: waiting for it.');
  await acquireLock(lock, Infinity);
}

const BOOTS_NOTHING = 'It holds no operating system, and boots nothing.';
const passwordFile = path.join(root, 'admin-password.txt');
await oneAtATime();
keyward('up');
keyward('db', 'sync', 'identity');
keyward('db', 'sync', 'compute');
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
leaveFlavor();
leaveImage();
keyward('status', 'upgrade', 'check');
console.error(`
What to try next:
  npx keyward ps                        what runs, and where
  npx keyward role list --immutable     what is locked
  npx keyward audit list                what was changed, when, and by whom
  npx keyward workflow list             the runs so far
  npx keyward flavor list               how large a server may be
  npx keyward image list                what a server may boot from
  npx keyward keypair create mykey --private-key mykey.pem
                                        a key that a guest lets in
  npx keyward server create web1 --flavor m1.tiny --image tiny --key-name mykey
                                        make a server
  npx keyward bootstrap --dry-run       what a bootstrap would change now
  npx keyward db url identity           the database, for psql or a keystone.conf
  npx keyward down                      stop everything; the data stays`);
