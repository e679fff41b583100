import {
  type BootstrapReport,
  type BootstrapRequest,
  PASSWORD_TO_COME,
  type PlanRequest,
} from '../../rules/identity/bootstrap/request.ts';
import { assertPassword } from '../../rules/identity/password.ts';
import { RuleError, UsageError } from '../../rules/errors.ts';
import type { Announce } from '../../rules/announce.ts';
import { type bootstrapFlags, given } from '../flags/bootstrap-flags.ts';
import type { Parsed } from '../flags/flag-kinds.ts';
import type { runFlags } from '../flags/run-flags.ts';
import { generatePassword, promptForPassword, readPasswordFile, readSecretFromStdin } from './password.ts';
import { removePrivateFile, writePrivateFile } from './private-file.ts';

/** Tells what a bootstrap would change; writes nothing. */
export type PlanBootstrap = (request: PlanRequest) => Promise<BootstrapReport>;
type PasswordFlags = Parsed<typeof bootstrapFlags & typeof runFlags>;

/** The password that the operator gave, or had made; whether a new user needs it turns out later. */
export class ChosenPassword {
  readonly value: string | null;
  readonly isGenerated: boolean;
  readonly #file: string | null;
  readonly #announce: Announce;
  #isKept = false;

  constructor(value: string | null, announce: Announce, generated?: { file: string | null }) {
    this.value = value;
    this.isGenerated = generated !== undefined;
    this.#file = generated?.file ?? null;
    this.#announce = announce;
  }

  /**
   * Gives the password of the run, before it: it is asked for on a terminal if a user must be created and none was given.
   * A generated one is put on disk or told now, since the run may outlive this command.
   */
  async ensureFor(plan: PlanBootstrap, request: BootstrapRequest): Promise<string | null> {
    if (this.isGenerated && (await mayCreateUser(plan, request))) this.#keep(request);
    if (this.value !== null || !process.stdin.isTTY) return this.value;
    const { userCreated } = await plan({ ...request, password: PASSWORD_TO_COME });
    if (!userCreated) return null;
    const password = await promptForPassword(`the new user ${request.username}`);
    assertPassword(password);
    return password;
  }

  #keep({ username }: BootstrapRequest): void {
    this.#isKept = true;
    if (this.#file) writePrivateFile(this.#file, `${this.value}\n`, 'The generated password');
    else this.#announce(`If the user ${username} is created, its password will be: ${this.value}`);
  }

  /** Waits for the run. Where it is known to have changed nothing, the file is removed, so that the command can be repeated. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof RuleError && error.outcome === 'unchanged') this.#takeBack();
      throw error;
    }
  }

  /** Removes the file, unless this command did not write it. */
  #takeBack(): void {
    if (this.#file && this.#isKept) removePrivateFile(this.#file);
  }

  /** After the run: a generated password that was not used is taken back. `report` is null if nobody waited for the run. */
  finish(report: BootstrapReport | null): void {
    if (!this.isGenerated || !report) return;
    if (report.userCreated) {
      // The user was there when it was looked, and went away before the run.
      if (this.#file && !this.#isKept)
        writePrivateFile(this.#file, `${this.value}\n`, 'The generated password');
      this.#announce(
        this.#file ? `The generated password is in ${this.#file}.` : `The generated password: ${this.value}`,
      );
      return;
    }
    this.#takeBack();
    this.#announce('The user existed already and keeps its password; the generated one is not used.');
  }
}

/**
 * False where the user exists, so that a generated password has nobody to belong to. What stops this plan is not told
 * here: it stops the run as well, which tells it.
 */
async function mayCreateUser(plan: PlanBootstrap, request: BootstrapRequest): Promise<boolean> {
  try {
    return (await plan(request)).userCreated;
  } catch {
    return true;
  }
}

/** What a bootstrap would change. A user can be planned without a password; that it will take one is said. */
export async function planDryRun(
  plan: PlanBootstrap,
  request: BootstrapRequest,
  announce: Announce,
): Promise<BootstrapReport> {
  if (request.password !== null) return plan(request);
  const report = await plan({ ...request, password: PASSWORD_TO_COME });
  if (report.userCreated) {
    announce(
      `A password will be needed to create the user ${request.username}: see --bootstrap-password-file, -stdin and --generate-password.`,
    );
  }
  return report;
}

/** Reads the password from where the flags say; at most one of them may say so, and a flag beats the environment. */
export async function choosePassword(flags: PasswordFlags, announce: Announce): Promise<ChosenPassword> {
  const file = flags['bootstrap-password-file'];
  const ways = [
    flags['bootstrap-password'] !== undefined,
    file !== undefined,
    flags['bootstrap-password-stdin'],
    flags['generate-password'] !== undefined,
  ];
  if (ways.filter(Boolean).length > 1) {
    throw new UsageError(
      'The password is given in more than one way.',
      'Keep one of --bootstrap-password, -file, -stdin and --generate-password.',
    );
  }
  if (flags['generate-password'] === '')
    throw new UsageError('--generate-password= names no file.', "Name one, or leave the '=' out.");
  if (flags['generate-password'] !== undefined) {
    const target = flags['generate-password'] === '-' ? null : flags['generate-password'];
    if (!target && flags['no-wait']) {
      throw new UsageError(
        'With --no-wait nobody learns here whether the generated password is used.',
        'Name a file for it: --generate-password=FILE.',
      );
    }
    return new ChosenPassword(generatePassword(), announce, { file: target });
  }
  if (file !== undefined) return new ChosenPassword(readPasswordFile(file), announce);
  if (flags['bootstrap-password-stdin']) return new ChosenPassword(await readSecretFromStdin(), announce);
  if (flags['bootstrap-password'] !== undefined) {
    announce(
      'Warning: `ps` shows a password given by --bootstrap-password; use --bootstrap-password-file or -stdin.',
    );
  }
  return new ChosenPassword(given(flags, 'password'), announce);
}
