import { assertPassword } from '../../rules/identity/password.ts';
import type { Announce } from '../../rules/announce.ts';
import { UsageError } from '../../rules/errors.ts';
import type { Parsed } from '../flags/flag-kinds.ts';
import type { passwordFlags } from '../flags/resource-flags.ts';
import { promptForPassword, readPasswordFile, readSecretFromStdin } from './password.ts';

type Flags = Parsed<typeof passwordFlags>;

/** Reads the password from where the flags say; undefined where they name none. `whose` completes a prompt. */
export async function readPassword(
  flags: Flags,
  whose: string,
  announce: Announce,
): Promise<string | undefined> {
  if (flags.password !== undefined)
    announce('Warning: `ps` shows a password given by --password; use --password-file or --password-stdin.');
  const password = flags.password ?? (await givenPassword(flags, whose));
  if (password !== undefined) assertPassword(password);
  return password;
}

async function givenPassword(flags: Flags, whose: string): Promise<string | undefined> {
  if (flags['password-file'] !== undefined) return readPasswordFile(flags['password-file']);
  if (flags['password-stdin']) return readSecretFromStdin();
  if (!flags['password-prompt']) return undefined;
  if (process.stdin.isTTY) return promptForPassword(whose);
  throw new UsageError(
    'There is no terminal to ask for the password on.',
    'Give it with --password-file or --password-stdin.',
  );
}
