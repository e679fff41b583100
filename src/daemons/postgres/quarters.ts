import { execFile } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Home } from '../../config/home.ts';
import { Unavailable } from '../../rules/errors.ts';
import type { PostgresBinaries } from './binaries.ts';
import { annexOf, usesAnnex } from './socket.ts';

const run = promisify(execFile);

/** Says where PostgreSQL's data and programs are, and how to run one of them as an account that it accepts. */
export type Quarters = {
  data: string;
  bin: string;
  /** These words are put in front of a command line. */
  prefix: string[];
  cwd: string;
  account?: Account;
};

export type Account = { uid: number; gid: number };

/**
 * PostgreSQL refuses uid 0. Root starts it in a user namespace of its own, where it sees another uid while root's
 * files stay its own; where the kernel forbids that, it lives in a folder of an unprivileged account that is there.
 */
export async function chooseQuarters(home: Home, binaries: PostgresBinaries): Promise<Quarters> {
  const data = path.join(home.dir, 'postgres');
  const bin = path.join(binaries.native, 'bin');
  if (process.getuid?.() !== 0) return { data, bin, prefix: [], cwd: home.dir };
  if (usesAnnex(home)) return openAnnex(home, binaries);
  if (await hasUserNamespaces()) return { data, bin, prefix: ['unshare', '-U'], cwd: home.dir };
  if (!existsSync(data)) return openAnnex(home, binaries);
  throw new Unavailable(
    'UserNamespaceForbidden',
    `PostgreSQL does not run as root, and user namespaces, by which the database in ${data} was made, are forbidden now.`,
    'Allow them (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone), or run keyward as another user.',
  );
}

const hasUserNamespaces = (): Promise<boolean> =>
  run('unshare', ['-U', 'true']).then(
    () => true,
    () => false,
  );

/** Makes a folder for an account that can't read root's, with data, socket and a copy of the programs. */
function openAnnex(home: Home, { native, version }: PostgresBinaries): Quarters {
  const annex = annexOf(home);
  const account = unprivilegedAccount();
  mkdirSync(path.dirname(annex), { recursive: true, mode: 0o755 });
  for (const folder of [annex, path.join(annex, 'run')]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chownSync(folder, account.uid, account.gid);
  }
  const copy = path.join(annex, `postgresql-${version}`);
  if (!existsSync(copy)) {
    rmSync(`${copy}.draft`, { recursive: true, force: true });
    cpSync(native, `${copy}.draft`, { recursive: true, verbatimSymlinks: true });
    renameSync(`${copy}.draft`, copy);
  }
  return { data: path.join(annex, 'postgres'), bin: path.join(copy, 'bin'), prefix: [], cwd: '/', account };
}

function unprivilegedAccount(): Account {
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const entry = ['postgres', 'nobody'].map((name) => lines.find(([known]) => known === name)).find(Boolean);
  if (entry) return { uid: Number(entry[2]), gid: Number(entry[3]) };
  throw new Unavailable(
    'NoAccountForPostgres',
    'PostgreSQL does not run as root, user namespaces are forbidden, and there is neither an account postgres nor nobody.',
    'Run keyward as another user, or name a PostgreSQL of your own in KEYWARD_KEYSTONE_DATABASE_URL.',
  );
}
