import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Home } from '../../config/home.ts';
import { targetOf } from '../../config/target.ts';
import type { DatabaseAddress } from '../../rules/database-address.ts';
import type { Target } from '../../rules/target.ts';
import { exclusively } from '../daemon.ts';
import type { Announce } from '../../rules/announce.ts';
import { postgresSocketFolder } from './socket.ts';

/** The name of a home's embedded PostgreSQL, and where that home was when it was last used. */
type Named = { name: string; home: string };

const fileIn = (dir: string): string => path.join(dir, 'postgres.name');

/**
 * Gives the embedded PostgreSQL's name, from which its targets are made. It is kept beside the data, so that a home
 * that is moved keeps its runs. A copy gets a name of its own as soon as it is used while the original is there. A home
 * that is older than these names goes on under its socket's folder, by which it was named before.
 */
export async function serverName(home: Home, announce: Announce): Promise<string> {
  const known = read(home.dir);
  if (known?.home === home.dir) return known.name;
  return exclusively(home, 'postgres', async () => nameHere(home, read(home.dir), announce));
}

/** Gives an address's target; the address may be the embedded PostgreSQL's, also where a URL names it. */
export async function targetIn(home: Home, address: DatabaseAddress, announce: Announce): Promise<Target> {
  if (address.host !== postgresSocketFolder(home)) return targetOf(address);
  return targetOf(address, await serverName(home, announce));
}

/** Names data that is about to be made; what had a name here before is gone. */
export const nameNewServer = (home: Home): void => write({ name: randomUUID(), home: home.dir });

function nameHere(home: Home, known: Named | null, announce: Announce): string {
  if (known?.home === home.dir) return known.name;
  const isForked = known !== null && isCopy(known, home);
  const name = isForked ? randomUUID() : (known?.name ?? postgresSocketFolder(home));
  write({ name, home: home.dir });
  if (isForked)
    announce(
      `${home.dir} is a copy of ${known.home}: its database counts as another one from now on, without the runs so far.`,
    );
  return name;
}

/** Tells whether the original is still there, and is not the same folder by another path (as a bind mount is). */
function isCopy({ name, home: original }: Named, home: Home): boolean {
  return read(original)?.name === name && !isSameFolder(original, home.dir);
}

function isSameFolder(one: string, other: string): boolean {
  const [a, b] = [statSync(one), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}

function read(dir: string): Named | null {
  try {
    return JSON.parse(readFileSync(fileIn(dir), 'utf8')) as Named;
  } catch {
    return null;
  }
}

function write(named: Named): void {
  const file = fileIn(named.home);
  writeFileSync(`${file}.draft`, JSON.stringify(named), { mode: 0o600 });
  renameSync(`${file}.draft`, file);
}
