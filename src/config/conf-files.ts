import { readdirSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../rules/errors.ts';

/** What oslo.config reads of a --config-dir: `*.conf`, which takes in no hidden files, in the order of their names. */
export function confFilesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.conf') && !name.startsWith('.'))
      .toSorted(byCodePoints)
      .map((name) => path.join(dir, name));
  } catch (error) {
    throw new UsageError(
      `${dir} can't be read: ${(error as Error).message}.`,
      'Name a readable folder with --config-dir.',
    );
  }
}

/** The order of Python's strings, which JavaScript's own differs from beyond 16 bits. */
const byCodePoints = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));
