import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { accessSync, constants, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Home } from '../../config/home.ts';
import { makeFolder } from '../../config/user-folders.ts';
import { Unavailable } from '../../rules/errors.ts';
import { daemonEnvironment } from '../daemon-environment.ts';
import type { Announce } from '../../rules/announce.ts';
import { underLock } from '../process-lock.ts';
import { runProgram } from '../run-program.ts';

const run = promisify(execFile);
const MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';
const DOWNLOAD_HOST = 'temporal.download';
const LOOKUP_LIMIT_MS = 5000;
const DOWNLOAD_LIMIT_MS = 600_000;
const INSTALL_LIMIT_MS = 1_800_000;
const DRAFT = 'draft-';

/** `command` is a path; `version` that of the server in it. */
export type TemporalProgram = { command: string; version: string };

/** The `temporal` program: on PATH, in the cache, downloaded by the SDK, or built with Go; in this order. */
export async function findTemporal(home: Home, announce: Announce): Promise<TemporalProgram> {
  const command = await findOrInstall(home, announce);
  try {
    const { stdout } = await run(command, ['--version'], { env: daemonEnvironment(process.env) });
    return { command, version: /Server ([\d.]+)/.exec(stdout)?.[1] ?? stdout.trim() };
  } catch (error) {
    throw new Unavailable(
      'TemporalUnusable',
      `${command} does not run: ${causeOf(error as Error)}.`,
      'Put a Temporal CLI that works on PATH, or remove this one.',
    );
  }
}

async function findOrInstall(home: Home, announce: Announce): Promise<string> {
  const folder = path.join(home.cacheDir, 'bin');
  const find = () => onPath() ?? [path.join(folder, 'temporal')].find(isProgram);
  const found = find();
  if (found) return found;
  makeCache(folder);
  const work = async () => {
    clearDrafts(folder);
    return find() ?? (await install(folder, announce));
  };
  const lock = path.join(folder, 'temporal.lock');
  const done = (await underLock(lock, 0, work)) ?? (await afterAnother(lock, work, announce));
  if (done) return done.result;
  throw new Unavailable(
    'TemporalBusy',
    `Another keyward command has been installing Temporal into ${folder} for half an hour.`,
    'Look for it with `ps`, end it, and repeat the command.',
  );
}

function makeCache(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new Unavailable(
      'CacheUnusable',
      `There is no \`temporal\` program, and ${folder} can't hold one: ${(error as Error).message}.`,
      'Correct its owner and mode, name another cache in XDG_CACHE_HOME, or put the Temporal CLI on PATH.',
    );
  }
}

function afterAnother<T>(lock: string, work: () => Promise<T>, announce: Announce) {
  announce('Another keyward command is installing Temporal: waiting for it.');
  return underLock(lock, INSTALL_LIMIT_MS, work);
}

async function install(folder: string, announce: Announce): Promise<string> {
  announce('There is no `temporal` program here yet: downloading it (once per user).');
  const download = await attempt(folder, downloadTemporal);
  if (download.file) return download.file;
  announce(
    `The download failed (${download.cause}). Building it with Go instead; this takes some minutes, once.`,
  );
  const build = await attempt(folder, buildTemporal);
  if (build.file) return build.file;
  throw new Unavailable(
    'TemporalMissing',
    `There is no \`temporal\` program: the download failed (${download.cause}), and building it failed too (${build.cause}).`,
    'Put the Temporal CLI on PATH, install Go, or point TEMPORAL_ADDRESS at a Temporal server.',
  );
}

type Attempt = { file: string; cause: null } | { file: null; cause: string };

/** Works in a folder beside, and moves the finished program: half of one is never taken for it. */
async function attempt(folder: string, make: (draft: string) => Promise<string>): Promise<Attempt> {
  const draft = mkdtempSync(path.join(folder, DRAFT));
  const file = path.join(folder, 'temporal');
  try {
    renameSync(await make(draft), file);
    return { file, cause: null };
  } catch (error) {
    return { file: null, cause: causeOf(error as Error) };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The SDK downloads a server only to start it, so it is started once, and stopped. */
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

/** Behind a firewall the download would try for long. A proxy resolves names itself. */
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
  await runProgram('go', ['install', MODULE], options).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('there is no `go` on PATH', { cause: error }) : error;
  });
  return path.join(draft, 'temporal');
}

const onPath = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, 'temporal'))
    .find(isProgram);

/** Left by a command that was killed; under the lock nobody else works in one. */
function clearDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(DRAFT)) rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function causeOf(error: Error & { stderr?: string; code?: unknown }): string {
  const text = error.stderr?.trim().split('\n').at(-1) || error.message.split('\n')[0]!;
  return text.slice(0, 200);
}
