import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Home, resolveHome } from '../../../../src/config/home.ts';
import { ensurePostgres } from '../../../../src/daemons/postgres/server.ts';
import { annexOf } from '../../../../src/daemons/postgres/socket.ts';
import { killParts } from '../../home/kill-parts.ts';
import { cloneTemplate } from '../../home/template.ts';
import { findRig } from './process.ts';
import { type NovaDatabases, novaDatabases } from './databases.ts';

const VARIABLE = 'KEYWARD_TEST_NOVA';

/** Names the folder of the Nova that all files of a test run share. The first file that needs it starts it. */
export function nameSharedNova(): void {
  process.env[VARIABLE] ??= mkdtempSync(path.join(tmpdir(), 'keyward-nova-'));
}

export function sharedFolder(): string {
  const folder = process.env[VARIABLE];
  if (!folder)
    throw new Error('Only the interop tests share a Nova: jest.config.js names its folder for them');
  return folder;
}

/** Starts a PostgreSQL for the shared Nova, if it does not run, and names the databases in it. */
export async function sharedDatabases(): Promise<NovaDatabases> {
  const isNew = !existsSync(path.join(sharedFolder(), 'home'));
  const home = homeOf(sharedFolder());
  if (isNew) cloneTemplate(home);
  return novaDatabases(await ensurePostgres(home, () => {}));
}

/** Ends the shared Nova and its PostgreSQL, if a file needed it. */
export async function removeSharedNova(): Promise<void> {
  const folder = sharedFolder();
  delete process.env[VARIABLE];
  const ready = await findRig(path.join(folder, 'nova'));
  if (ready) process.kill(ready.pid, 'SIGKILL');
  const home = homeOf(folder);
  await killParts(home);
  for (const dir of [annexOf(home), home.runDir, folder]) rmSync(dir, { recursive: true, force: true });
}

const homeOf = (folder: string): Home =>
  resolveHome({ ...process.env, KEYWARD_HOME: path.join(folder, 'home') });
