import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Home } from '../../config/home.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import { exclusively, findRunning, startDaemon, stopDaemon } from '../daemon.ts';
import type { Announce } from '../../rules/announce.ts';
import { POSTGRES_PORT as PORT, postgresSocket, postgresSocketFolder } from './socket.ts';
import { accepts } from '../watch-death.ts';
import { createDatabases, embeddedAddress, USER } from './databases.ts';

const NAME = 'postgres';
const DATABASE = 'keystone';

export { postgresSocket };

/** Gives the embedded identity database's address; starts PostgreSQL and creates the database if that is needed. */
export async function ensurePostgres(home: Home, announce: Announce): Promise<DatabaseAddress> {
  if (!(await isUp(home))) {
    await exclusively(home, NAME, async () => {
      if (!(await isUp(home))) await start(home, announce);
    });
  }
  return embeddedAddress(home, DATABASE);
}

/** Stops PostgreSQL by SIGINT, its fast shutdown: it ends sessions, and leaves nothing to recover. */
export const stopPostgres = (home: Home): Promise<void> =>
  exclusively(home, NAME, () => stopDaemon(home, NAME, 'SIGINT'));

const isUp = async (home: Home): Promise<boolean> =>
  findRunning(home, NAME) !== null && accepts({ path: postgresSocket(home) });

/** Starts PostgreSQL. What only this needs is imported here, since most commands find the server running. */
async function start(home: Home, announce: Announce): Promise<void> {
  const [{ findPostgres }, { postgresEnvironment, prepareData }, { chooseQuarters }] = await Promise.all([
    import('./binaries.ts'),
    import('./data.ts'),
    import('./quarters.ts'),
  ]);
  const binaries = await findPostgres();
  const quarters = await chooseQuarters(home, binaries);
  // Backends may outlive their postmaster for a moment, and a starter may have died half way.
  await stopDaemon(home, NAME, 'SIGINT');
  await prepareData(home, quarters, USER, binaries, announce);
  for (const leftover of [postgresSocket(home), `${postgresSocket(home)}.lock`])
    rmSync(leftover, { force: true });
  announce('Starting PostgreSQL.');
  const [command, ...before] = [...quarters.prefix, path.join(quarters.bin, 'postgres')];
  await startDaemon(home, {
    name: NAME,
    command: command!,
    arguments: [...before, '-D', quarters.data, ...settings(home)],
    environment: postgresEnvironment(),
    cwd: quarters.cwd,
    ...(quarters.account && { account: quarters.account }),
    version: binaries.version,
    address: postgresSocketFolder(home),
    isReady: () => createDatabase(home),
  });
}

/** Lists the settings that must be so; the others are left to `postgresql.conf` and ALTER SYSTEM. */
const settings = (home: Home): string[] =>
  [
    'listen_addresses=',
    `unix_socket_directories=${quoted(postgresSocketFolder(home))}`,
    'unix_socket_permissions=0700',
    `port=${PORT}`,
  ].flatMap((setting) => ['-c', setting]);

/** Quotes a folder for a setting that is a list, which a comma divides. */
const quoted = (folder: string): string => `"${folder.replaceAll('"', '""')}"`;

const NOT_YET = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', '57P03'];

/** Creates the identity database unless it is there; false while the server can't be asked yet. */
async function createDatabase(home: Home): Promise<boolean> {
  if (!(await accepts({ path: postgresSocket(home) }))) return false;
  try {
    await createDatabases(home, [DATABASE]);
    return true;
  } catch (error) {
    if (NOT_YET.includes((error as { code?: string }).code ?? '')) return false;
    throw error;
  }
}
