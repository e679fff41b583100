import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { type Home, resolveHome } from '../../../src/config/home.ts';
import { stopParts } from '../../../src/daemons/parts.ts';
import { ensurePostgres } from '../../../src/daemons/postgres/server.ts';
import { nameNewServer } from '../../../src/daemons/postgres/server-name.ts';
import { annexOf, usesAnnex } from '../../../src/daemons/postgres/socket.ts';
import { ensureTemporal } from '../../../src/daemons/temporal-server/server.ts';
import { openIdentity } from '../../../src/engine/identity.ts';

const VARIABLE = 'KEYWARD_TEST_TEMPLATE';

/** A database of each clone that has Keystone's schema, and to which nobody connects: others are copies of it. */
export const SYNCED = 'template_synced';

/** Makes the home that test files clone: Keystone's schema in its database, Temporal's in its file, all at rest. */
export async function makeTemplate(): Promise<void> {
  if (process.env[VARIABLE]) return;
  const home = homeAt(mkdtempSync(path.join(tmpdir(), 'keyward-template-')));
  await Promise.all([makeDatabases(home), ensureTemporal(home, () => {})]);
  await stopParts(home);
  // No test cuts the power.
  appendFileSync(path.join(dataOf(home), 'postgresql.conf'), 'fsync = off\n');
  process.env[VARIABLE] = home.dir;
}

async function makeDatabases(home: Home): Promise<void> {
  const address = await ensurePostgres(home, () => {});
  const services = await openIdentity(address);
  await services.schema.sync();
  await services.close();
  const client = new Client({ host: address.host, user: address.user, database: 'postgres' });
  await client.connect();
  await client.query(`create database ${SYNCED} template ${address.database}`);
  await client.end();
}

export function removeTemplate(): void {
  const template = process.env[VARIABLE];
  delete process.env[VARIABLE];
  if (!template) return;
  rmSync(annexOf(homeAt(template)), { recursive: true, force: true });
  rmSync(template, { recursive: true, force: true });
}

export const hasTemplate = (): boolean => process.env[VARIABLE] !== undefined;

/** Puts a clone of the template into an empty home; its server has a name of its own, as any home's. */
export function cloneTemplate(home: Home): void {
  const template = process.env[VARIABLE];
  if (!template) throw new Error("there is no template: jest.config.js says which layers' files clone homes");
  const from = homeAt(template);
  if (usesAnnex(from)) mkdirSync(annexOf(home), { recursive: true, mode: 0o700 });
  execFileSync('cp', ['-a', dataOf(from), path.dirname(dataOf(home))]);
  execFileSync('cp', ['-a', path.join(template, 'temporal.db'), home.dir]);
  nameNewServer(home);
}

const homeAt = (dir: string): Home => resolveHome({ ...process.env, KEYWARD_HOME: dir });

/** Where root may have no user namespace, PostgreSQL lives outside of the home. */
const dataOf = (home: Home): string => path.join(usesAnnex(home) ? annexOf(home) : home.dir, 'postgres');
