import { RuleError, Transient } from '../../rules/errors.ts';

const FREE_ROOM = 'Free room there, and try again.';
const SEE_OWNER = 'Correct the owner and mode of what is there, and try again.';

/** Says what an operator can mend, by the system's code. */
const REFUSALS: Record<string, [words: string, cure: string]> = {
  ENOSPC: ['the file system is full', FREE_ROOM],
  EDQUOT: ["the account's quota is used up", FREE_ROOM],
  EFBIG: ['a file of that size is not allowed', "Raise the account's limit (`ulimit -f`), and try again."],
  EACCES: ['the account that keyward runs as has no right to it', SEE_OWNER],
  EPERM: ['the account that keyward runs as has no right to it', SEE_OWNER],
  ENOTDIR: ['it is no folder', 'Move away what is there, and try again.'],
  EROFS: ['the file system is read-only', 'Mount it so that it can be written, and try again.'],
  EIO: ['the device fails', "See the system's log for the device, and try again on one that works."],
};

/** Says what passes by itself; what goes away under the hands is being removed by an attempt that was given up. */
const PASSING: Record<string, string> = {
  EAGAIN: 'the system is short of resources',
  EBUSY: 'something uses it',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENOENT: 'something else removes it at the same time',
  ENOMEM: 'the system is short of memory',
  ENOTEMPTY: 'something else writes it at the same time',
};

/**
 * Does some work on the files of a server in `folder`. What the file system refuses is thrown as a RuleError, or as a
 * Transient where it may pass; `failing` begins its message. Any other error is thrown as it is.
 */
export async function withFileErrors<T>(failing: string, folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inWords(error as NodeJS.ErrnoException, failing, folder);
  }
}

function inWords(error: NodeJS.ErrnoException, failing: string, folder: string): Error {
  const { code = '', path = folder } = error;
  const told = (words: string): string => `${failing}: ${words} (${code} at ${path}).`;
  const refused = REFUSALS[code];
  if (refused) return new RuleError('ServerFilesRefused', told(refused[0]), { cure: refused[1] });
  const passing = PASSING[code];
  return passing ? new Transient('ServerFilesBusy', told(passing), 'Try again.') : error;
}
