import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ExitCode, RuleError, UsageError } from '../../rules/errors.ts';

/** Reads a password from a file that only its owner (us, or root) may read; one newline at its end is not part of it. */
export function readPasswordFile(file: string): string {
  try {
    const stat = statSync(file);
    if (stat.isDirectory()) throw new Error('it is a folder');
    const { mode, uid } = stat;
    if (mode & 0o077) throw new Error('others may read it; `chmod 600` it');
    if (uid !== process.getuid?.() && uid !== 0) throw new Error('it belongs to another user');
    return decoded(readFileSync(file));
  } catch (error) {
    throw new UsageError(
      `The password file ${file} can't be used: ${(error as Error).message}.`,
      'Name a private, readable file.',
    );
  }
}

/** Reads a password, or what holds one, from standard input. `readFileSync(0)` would fail by EAGAIN where the pipe's writer is late. */
export async function readSecretFromStdin(what = 'password'): Promise<string> {
  if (process.stdin.isTTY) {
    throw new UsageError(
      `Standard input is a terminal, which would show the ${what}.`,
      'Pipe it in, or see --help for another way to give it.',
    );
  }
  try {
    return decoded(await buffer(process.stdin));
  } catch (error) {
    throw new UsageError(`The ${what} can't be used: ${(error as Error).message}.`, 'Give it as UTF-8.');
  }
}

/** Refuses what is not UTF-8: it would become another password than the one that is typed at a login. */
function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    throw new Error('it is not UTF-8');
  }
}

/** Asks for a password on the terminal, twice and without an echo. `whose` completes the prompt, as `the user alice`. */
export async function promptForPassword(whose: string): Promise<string> {
  // One interface serves both questions and is made before the first: without it the terminal shows what is typed.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  const left = new Promise<never>((_resolve, reject) => {
    prompt.once('SIGINT', () => reject(interrupted()));
    prompt.once('close', () => reject(new UsageError('No password was given.', 'Run the command again.')));
  });
  left.catch(() => {});
  const ask = async (question: string): Promise<string> => {
    process.stderr.write(question);
    return Promise.race([prompt.question(''), left]).finally(() => process.stderr.write('\n'));
  };
  try {
    const first = await ask(`Password for ${whose}: `);
    if (first === (await ask('The same again: '))) return first;
    throw new UsageError('The two passwords differ.', 'Run the command again.');
  } finally {
    prompt.close();
  }
}

const interrupted = (): RuleError =>
  new RuleError('Interrupted', 'Interrupted; nothing was started.', {
    cure: '',
    exitCode: ExitCode.interrupted,
  });

/** Makes a password of 144 random bits, in 24 characters that need no quoting anywhere. */
export const generatePassword = (): string => randomBytes(18).toString('base64url');
