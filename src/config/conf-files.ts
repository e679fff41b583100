import { readdirSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../rules/errors.ts';

/** Lists what oslo.config reads of a --config-dir: `*.conf` in the order of the names, without hidden files. */
export function confFilesIn(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => name.endsWith('.conf') && !name.startsWith('.'))
      .toSorted(byCodePoints)
      .map((name) => path.join(dir, name));
  } catch (error) {
    throw new UsageError(
      `${dir} can't be read: ${(error as Error).message}.`,
      'Make it readable, or name another folder.',
    );
  }
}

/** Compares as Python does; JavaScript's own order differs for characters beyond 16 bits. */
const byCodePoints = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));
