import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Unpacks packages of Debian's into a new folder, without installing them: some by their names, and of what they depend
 * on what matches `needed`. Throws, and never skips, where they can't be had.
 */
export async function unpackPackages(root: string, names: string[], needed: RegExp): Promise<void> {
  mkdirSync(root);
  try {
    await download(root, names, needed).catch(async () => {
      // A fresh machine has no lists of packages yet.
      await run('apt-get', ['update']);
      await download(root, names, needed);
    });
    for (const name of readdirSync(root).filter((file) => file.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', name, '.'], { cwd: root });
    }
  } catch (error) {
    throw new Error(
      `This needs Debian's ${names.join(', ')}, by apt-get and dpkg-deb: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

async function download(dir: string, names: string[], needed: RegExp): Promise<void> {
  const flags = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
    (kind) => `--no-${kind}`,
  );
  const { stdout } = await run('apt-cache', ['depends', '--recurse', ...flags, ...names]);
  const others = stdout.split('\n').filter((line) => /^[a-z0-9]/.test(line) && needed.test(line));
  await run('apt-get', ['download', ...new Set([...names, ...others])], { cwd: dir });
}

/** Gives the folder of the C libraries that were unpacked into a folder. */
export function librariesIn(root: string): string {
  const libraries = path.join(root, 'usr/lib');
  return path.join(
    libraries,
    readdirSync(libraries).find((name) => name.endsWith('-linux-gnu'))!,
  );
}
