import type { BootstrapReport, BootstrapRequest } from '../../rules/identity/bootstrap/request.ts';
import { assertPassword } from '../../rules/identity/password.ts';
import { RuleError, UsageError } from '../../rules/errors.ts';
import { given } from '../flags/bootstrap-flags.ts';
import {
  generatePassword,
  promptForPassword,
  readPasswordFile,
  readPasswordFromStdin,
  removePasswordFile,
  writePasswordFile,
} from './password.ts';

type Announce = (line: string) => void;
type Planner = {
  services(): Promise<{ bootstrap: { plan(request: BootstrapRequest): Promise<BootstrapReport> } }>;
};
type PasswordFlags = {
  'bootstrap-password'?: string | undefined;
  'bootstrap-password-file'?: string | undefined;
  'bootstrap-password-stdin'?: boolean;
  'generate-password'?: string | undefined;
  'no-wait'?: boolean;
};

/** The password that the operator gave, or had made; whether a new user needs it turns out later. */
export class ChosenPassword {
  value: string | null;
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
   * Before the run: asks on a terminal if a user must be created and nothing was given. A generated one is put on disk or
   * told now, since the run may outlive this command.
   */
  async ensureFor(identity: Planner, request: BootstrapRequest): Promise<void> {
    if (this.isGenerated && (await mayCreateUser(identity, request))) this.#keep(request);
    if (this.value !== null || !process.stdin.isTTY) return;
    try {
      await (await identity.services()).bootstrap.plan(request);
    } catch (error) {
      if (!(error instanceof RuleError) || error.name !== 'PasswordRequired') throw error;
      request.password = await promptForPassword(`the new user ${request.username}`);
      assertPassword(request.password);
    }
  }

  #keep({ username }: BootstrapRequest): void {
    this.#isKept = true;
    if (this.#file) writePasswordFile(this.#file, this.value!);
    else this.#announce(`If the user ${username} is created, its password will be: ${this.value}`);
  }

  /** Waits for the run; where it is known that it changed nothing, the file goes, so that the command can be repeated. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof RuleError && error.outcome === 'unchanged') this.#takeBack();
      throw error;
    }
  }

  /** A file that was there before is somebody's. */
  #takeBack(): void {
    if (this.#file && this.#isKept) removePasswordFile(this.#file);
  }

  /** After the run (null: it was not waited for): a generated password that was not used is taken back. */
  finish(report: BootstrapReport | null): void {
    if (!this.isGenerated || !report) return;
    if (report.userCreated) {
      // The user was there when it was looked, and went away before the run.
      if (this.#file && !this.#isKept) writePasswordFile(this.#file, this.value!);
      this.#announce(
        this.#file ? `The generated password is in ${this.#file}.` : `The generated password: ${this.value}`,
      );
      return;
    }
    this.#takeBack();
    this.#announce('The user existed already and keeps its password; the generated one is not used.');
  }
}

/** False: the user exists, so that a generated password has nobody to belong to. What stops the plan stops the run. */
async function mayCreateUser(identity: Planner, request: BootstrapRequest): Promise<boolean> {
  try {
    return (await (await identity.services()).bootstrap.plan(request)).userCreated;
  } catch {
    return true;
  }
}

/** What a bootstrap would change. A user can be planned without a password; that it will take one is said. */
export async function planDryRun(
  identity: Planner,
  request: BootstrapRequest,
  announce: Announce,
): Promise<BootstrapReport> {
  const { bootstrap } = await identity.services();
  if (request.password !== null) return bootstrap.plan(request);
  const report = await bootstrap.plan({ ...request, password: 'yet unknown', passwordForNewUserOnly: true });
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
  if (flags['bootstrap-password-stdin']) return new ChosenPassword(await readPasswordFromStdin(), announce);
  if (flags['bootstrap-password'] !== undefined) {
    announce(
      'Warning: `ps` shows a password given by --bootstrap-password; use --bootstrap-password-file or -stdin.',
    );
  }
  return new ChosenPassword(given(flags, 'password'), announce);
}
