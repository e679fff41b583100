import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import type { Home } from '../../config/home.ts';
import { Unavailable } from '../../rules/errors.ts';
import { daemonEnvironment } from '../daemon-environment.ts';
import type { Announce } from '../../rules/announce.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Quarters } from './quarters.ts';
import { runProgram } from '../run-program.ts';
import { nameNewServer } from './server-name.ts';

const DRAFT = '.draft-';

export const postgresEnvironment = (): NodeJS.ProcessEnv => ({
  ...daemonEnvironment(process.env),
  LC_ALL: 'C',
});

/** Makes the data folder unless it is there; clears what a crash left; refuses data that this version can't serve. */
export async function prepareData(
  home: Home,
  quarters: Quarters,
  user: string,
  { version }: PostgresBinaries,
  announce: Announce,
): Promise<void> {
  const { data } = quarters;
  if (isUnfinished(data)) {
    announce(`${data} is no finished database: it is set aside as ${path.basename(setAside(data))}.`);
  }
  if (!existsSync(data) || isEmpty(data)) {
    announce('Making a PostgreSQL database.');
    await initialise(home, quarters, user);
  }
  assertMajor(data, version);
  clearPid(data);
}

const isEmpty = (data: string): boolean => readdirSync(data).length === 0;

/** Recognises a folder in which `initdb` did not get far; a folder that holds data never is one. */
const isUnfinished = (data: string): boolean =>
  existsSync(data) &&
  !isEmpty(data) &&
  !['PG_VERSION', 'global/pg_control'].some((file) => existsSync(path.join(data, file)));

function setAside(data: string): string {
  const aside = `${data}.unfinished-${Date.now()}`;
  renameSync(data, aside);
  return aside;
}

/**
 * Initialises a folder beside, and renames it (also onto an empty folder), so that a half-initialised one is never
 * taken for a database.
 */
async function initialise(
  home: Home,
  { data, bin, prefix, cwd, account }: Quarters,
  user: string,
): Promise<void> {
  clearDrafts(data);
  const draft = mkdtempSync(`${data}${DRAFT}`);
  if (account) chownSync(draft, account.uid, account.gid);
  const [command, ...before] = [...prefix, path.join(bin, 'initdb')];
  // `trust` is safe in a folder that only the user can enter; `peer` can't tell users apart in a user namespace.
  const flags = ['--auth=trust', '--encoding=UTF8', '--locale=C', '--no-instructions'];
  try {
    const options = { env: postgresEnvironment(), cwd, ...account };
    await runProgram(command!, [...before, '-D', draft, '-U', user, ...flags], options);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    rmSync(draft, { recursive: true, force: true });
    throw new Unavailable(
      'PostgresNotInitialised',
      `No database could be made in ${data}: ${(stderr || message).trim().split('\n').slice(0, 3).join(' | ')}`,
      'Mend the cause (disk space, permissions), or name another folder in KEYWARD_HOME.',
    );
  }
  nameNewServer(home);
  renameSync(draft, data);
}

/** Removes what killed commands left. Each had a folder of its own, in which its `initdb` may still be at work. */
function clearDrafts(data: string): void {
  const home = path.dirname(data);
  for (const name of readdirSync(home)) {
    if (!name.startsWith(`${path.basename(data)}${DRAFT}`)) continue;
    rmSync(path.join(home, name), { recursive: true, force: true, maxRetries: 5 });
  }
}

function assertMajor(data: string, version: string): void {
  const major = version.split('.')[0];
  const file = path.join(data, 'PG_VERSION');
  const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'an unknown version';
  if (found === major) return;
  throw new Unavailable(
    'PostgresVersion',
    `The data in ${data} was made by PostgreSQL ${found}, and this keyward brings ${major}.`,
    'Use the keyward that made it, or move the data with pg_dump and name the new database in KEYWARD_KEYSTONE_DATABASE_URL.',
  );
}

/**
 * Removes the pid file that a crash left: its pid may be another process's now, and PostgreSQL would not start. The
 * caller knows by the lock that its own server is gone. One that was started by hand is known by its working folder.
 */
function clearPid(data: string): void {
  const file = path.join(data, 'postmaster.pid');
  const pid = existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0]! : null;
  if (pid === null || process.platform !== 'linux') return;
  if (workingFolder(pid) !== data) return rmSync(file, { force: true });
  throw new Unavailable(
    'PostgresElsewhere',
    `A PostgreSQL that keyward did not start (pid ${pid}) serves ${data}.`,
    `Stop it (\`kill -INT ${pid}\`), then repeat the command.`,
  );
}

function workingFolder(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}
