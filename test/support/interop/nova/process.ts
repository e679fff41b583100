import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../home/cli.ts';
import type { Sections } from '../conf-file.ts';

/** What the rig (rig/arrangement.py) is told; it makes `dir` its state folder, with nova.conf in it. */
export type Arrangement = {
  dir: string;
  host: string;
  databases: Record<string, string>;
  sync: boolean;
  options: Sections;
  password: string;
};

/** Where it answers: Nova's two APIs, and Placement with the stubs and the control (`beside`). Images are ids by name. */
export type Ready = {
  pid: number;
  compute: string;
  metadata: string;
  beside: string;
  images: { img1: string; img2: string };
};

const RIG = path.resolve('test/support/interop/nova');
const readyFile = (dir: string): string => path.join(dir, 'ready');

/** Starts the rig, which ends with this process at the latest, and waits until everything of it answers. */
export async function startRig(python: string, arrangement: Arrangement): Promise<ChildProcess> {
  const { dir } = arrangement;
  mkdirSync(dir, { recursive: true });
  rmSync(readyFile(dir), { force: true });
  const log = openSync(path.join(dir, 'output.log'), 'a');
  const child = spawn(python, ['-P', '-W', 'ignore', '-m', 'rig'], {
    env: { PATH: process.env['PATH'], HOME: dir, PYTHONPATH: RIG },
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  child.stdin!.on('error', () => {});
  child.stdin!.write(`${JSON.stringify(arrangement)}\n`);
  const death = once(child, 'exit').then(() => {
    const output = readFileSync(path.join(dir, 'output.log'), 'utf8').slice(-2000);
    throw new Error(`Nova ended before it answered: ${output}`);
  });
  death.catch(() => {});
  await Promise.race([until(() => existsSync(readyFile(dir))), death]);
  release(child);
  return child;
}

/** Ends a rig at once, as a power cut does. */
export async function killRig(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

export const readReady = (dir: string): Ready => JSON.parse(readFileSync(readyFile(dir), 'utf8')) as Ready;

/** Gives the rig that answers for this folder; null if none does. */
export async function findRig(dir: string): Promise<Ready | null> {
  if (!existsSync(readyFile(dir))) return null;
  const ready = readReady(dir);
  const state = await fetch(`${ready.beside}/_ctl`).then(
    (response) => response.json() as Promise<{ pid: number }>,
    () => null,
  );
  return state?.pid === ready.pid ? ready : null;
}

/** Lets this process end while the rig runs: the end of its standard input is what ends the rig. */
function release(child: ChildProcess): void {
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
}
