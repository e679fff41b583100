import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Home } from '../config/home.ts';
import { Unavailable } from '../rules/errors.ts';
import type { Announce } from './parts.ts';

const run = promisify(execFile);
const MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** The `temporal` program: on PATH, in the cache, downloaded by the SDK, or built with Go; in this order. */
export async function findTemporal(home: Home, announce: Announce): Promise<string> {
  const cached = path.join(home.cacheDir, 'bin', 'temporal');
  const found = onPath() ?? (isExecutable(cached) ? cached : null);
  if (found) return found;
  announce('There is no `temporal` program here yet: downloading it (once per user).');
  const download = await downloadTemporal(home).catch((error: Error) => error);
  if (typeof download === 'string') return place(download, cached);
  announce(
    `The download failed (${firstLine(download)}). Building it with Go instead; this takes some minutes, once.`,
  );
  const built = await buildTemporal(home).catch((error: Error) => error);
  if (typeof built === 'string') return place(built, cached);
  throw new Unavailable(
    'TemporalMissing',
    `There is no \`temporal\` program: the download failed (${firstLine(download)}), and so did Go (${firstLine(built)}).`,
    'Install the Temporal CLI, or Go, or point TEMPORAL_ADDRESS at a Temporal server.',
  );
}

function onPath(): string | null {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, 'temporal')).find(isExecutable) ?? null;
}

/** The SDK downloads a server only to start it, so it is started once, and stopped. */
async function downloadTemporal(home: Home): Promise<string> {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const downloadDir = draftFolder(home);
  const server = { executable: { type: 'cached-download', downloadDir } } as const;
  const environment = await TestWorkflowEnvironment.createLocal({ server });
  await environment.teardown();
  const file = readdirSync(downloadDir).find((name) => name.startsWith('temporal'));
  if (!file) throw new Error('the download left no program');
  return path.join(downloadDir, file);
}

async function buildTemporal(home: Home): Promise<string> {
  const GOBIN = draftFolder(home);
  await run('go', ['install', MODULE], { env: { ...process.env, GOBIN, GOFLAGS: '' }, maxBuffer: 64 << 20 });
  return path.join(GOBIN, 'temporal');
}

function draftFolder(home: Home): string {
  const parent = path.join(home.cacheDir, 'bin');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(path.join(parent, 'draft-'));
}

function place(file: string, cached: string): string {
  renameSync(file, cached);
  rmSync(path.dirname(file), { recursive: true, force: true });
  return cached;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const firstLine = (error: Error): string => error.message.split('\n')[0]!.slice(0, 160);
