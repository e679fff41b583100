import { assertPassword } from '../../rules/identity/password.ts';
import { UsageError } from '../../rules/errors.ts';
import { promptForPassword, readPasswordFile, readPasswordFromStdin } from './password.ts';

type Flags = {
  password?: string | undefined;
  'password-prompt'?: boolean;
  'password-file'?: string | undefined;
  'password-stdin'?: boolean;
};

/** The password that the flags tell where to find; undefined: none was asked for. `whose` is for the prompt. */
export async function readPassword(
  flags: Flags,
  whose: string,
  announce: (line: string) => void,
): Promise<string | undefined> {
  if (flags.password !== undefined)
    announce('Warning: `ps` shows a password given by --password; use --password-file or --password-stdin.');
  const password = flags.password ?? (await givenPassword(flags, whose));
  if (password !== undefined) assertPassword(password);
  return password;
}

async function givenPassword(flags: Flags, whose: string): Promise<string | undefined> {
  if (flags['password-file'] !== undefined) return readPasswordFile(flags['password-file']);
  if (flags['password-stdin']) return readPasswordFromStdin();
  if (!flags['password-prompt']) return undefined;
  if (process.stdin.isTTY) return promptForPassword(whose);
  throw new UsageError(
    'There is no terminal to ask for the password on.',
    'Give it with --password-file or --password-stdin.',
  );
}
