import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { RuleError, UsageError } from '../../rules/errors.ts';

/** A file that an image is made from, as long as it is open. */
export type SourceFile = {
  handle: FileHandle;
  /** Throws a RuleError if the file is another one now than it was when it was opened. */
  assertUnchanged(copied: number): Promise<void>;
};

/** Opens a file for `use`, and closes it; throws a UsageError for one that is no readable file, or is empty. */
export async function withSource<T>(file: string, use: (source: SourceFile) => Promise<T>): Promise<T> {
  // A named pipe without a writer would keep the opening waiting.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: Error) =>
    unusable(file, error.message),
  );
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) unusable(file, 'it is no regular file');
    if (before.size === 0n) unusable(file, 'it is empty');
    const assertUnchanged = async (copied: number): Promise<void> => {
      const after = await handle.stat({ bigint: true });
      const isSame = after.size === before.size && after.mtimeNs === before.mtimeNs;
      if (!isSame || BigInt(copied) !== before.size) throw changed(file);
    };
    return await use({ handle, assertUnchanged });
  } finally {
    await handle.close();
  }
}

function unusable(file: string, why: string): never {
  throw new UsageError(
    `The file ${file} can't be used: ${why}.`,
    'Name a readable regular file that is not empty.',
  );
}

const changed = (file: string): RuleError =>
  new RuleError('FileChanged', `The file ${file} was changed while it was copied.`, {
    cure: 'Repeat the command when nobody writes it.',
    outcome: 'unchanged',
  });
