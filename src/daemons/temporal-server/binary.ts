import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Home } from '../../config/home.ts';
import { makeFolder } from '../../config/user-folders.ts';
import { Unavailable } from '../../rules/errors.ts';
import { daemonEnvironment } from '../daemon-environment.ts';
import type { Announce } from '../../rules/announce.ts';
import { underLock } from '../process-lock.ts';
import { causeOf, clearDrafts, installTemporal, isProgram } from './install.ts';

const run = promisify(execFile);
const INSTALL_LIMIT_MS = 1_800_000;

/** `command` is a path; `version` is that of the server in the program. */
export type TemporalProgram = { command: string; version: string };

/** Finds the `temporal` program: on PATH, else in the cache, where it is installed if it is missing. */
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
    return find() ?? (await installTemporal(folder, announce));
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

const onPath = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, 'temporal'))
    .find(isProgram);
