import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Announce } from '../../rules/announce.ts';
import { RuleError, UsageError } from '../../rules/errors.ts';

/**
 * Writes a new file that only its owner may read, and returns only when it is on disk: the secret in it must outlive a
 * crash of what follows. What could not be written whole is removed. `what` names the secret in an error.
 */
export function writePrivateFile(file: string, text: string, what: string): void {
  let isOurs = false;
  try {
    const handle = openSync(file, 'wx', 0o600);
    isOurs = true;
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    syncFolder(path.dirname(path.resolve(file)));
  } catch (error) {
    if (isOurs) removePrivateFile(file);
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'it exists already' : message;
    throw new UsageError(
      `${what} can't be written to ${file}: ${why}.`,
      'Name a new file in a folder that you may write to.',
    );
  }
}

export const removePrivateFile = (file: string): void => rmSync(file, { force: true });

/**
 * Makes a change once its private key is in a file. Where the change is known not to have been made, the file is removed
 * again; where that is not known, it is kept, and `announce` says so.
 */
export async function withKeyFile<T>(
  file: string,
  privateKey: string,
  change: () => Promise<T>,
  announce: Announce,
): Promise<T> {
  writePrivateFile(file, privateKey, 'The private key');
  try {
    return await change();
  } catch (error) {
    if (error instanceof RuleError && error.outcome === 'unchanged') removePrivateFile(file);
    else announce(`Note: the private key is kept in ${file}, since it may be in use.`);
    throw error;
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
