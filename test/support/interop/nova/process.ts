import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../home/cli.ts';
import type { Sections } from '../../conf-file.ts';

/** Nova's programs that can be processes of their own. */
export type Program = 'nova-conductor' | 'nova-compute';

/** What the rig (rig/arrangement.py) is told; it makes `dir` its state folder, with nova.conf in it. */
export type Arrangement = {
  dir: string;
  host: string;
  databases: Record<string, string>;
  sync: boolean;
  options: Sections;
  password: string;
  apart: Program[];
};

/** Where it answers: Nova's two APIs, and Placement with the stubs (`beside`), and what tests tell the driver. Images are ids by name. */
export type Ready = {
  pid: number;
  compute: string;
  metadata: string;
  beside: string;
  control: string;
  images: { img1: string; img2: string };
};

/** The folder of the Python package `rig`. */
export const RIG = path.resolve('test/support/interop/nova');
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
  await untilReady(child, () => existsSync(readyFile(dir)), path.join(dir, 'output.log'));
  release(child);
  return child;
}

/** Waits for a server; throws with the end of its log if it ends instead. */
export async function untilReady(
  child: ChildProcess,
  isReady: () => boolean | Promise<boolean>,
  log: string,
): Promise<void> {
  await until(() => {
    if (hasEnded(child)) {
      const end = readFileSync(log, 'utf8').slice(-2000);
      throw new Error(`${path.basename(child.spawnfile)} ended before it was ready: ${end}`);
    }
    return isReady();
  });
}

/** Ends a process in the middle of what it does, as a power cut would. */
export async function endNow(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** A nova-compute that is a process of its own has a control of its own. */
export function readReady(dir: string): Ready {
  const ready = JSON.parse(readFileSync(readyFile(dir), 'utf8')) as Ready;
  const own = path.join(dir, 'control');
  return existsSync(own) ? { ...ready, control: readFileSync(own, 'utf8') } : ready;
}

/** Gives the rig that answers for this folder; null if none does. */
export async function findRig(dir: string): Promise<Ready | null> {
  if (!existsSync(readyFile(dir))) return null;
  const ready = readReady(dir);
  const state = await fetch(ready.control).then(
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
