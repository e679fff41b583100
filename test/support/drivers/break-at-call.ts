import fs, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** With `SIGKILL` the process dies at that call, in the middle where it writes; otherwise the call fails with the code. */
export type Break = { at: number; by: string };

type Call = (...args: never[]) => Promise<unknown>;
type Calls = Record<string, Call>;

const OF_FILES = ['access', 'chmod', 'copyFile', 'mkdir', 'mkdtemp', 'open', 'readFile', 'readdir', 'rename'];
const OF_HANDLES = ['chmod', 'read', 'stat', 'sync', 'truncate', 'write'];
/** Where a full disk shows. */
const WRITING = new Set(['mkdir', 'mkdtemp', 'open', 'rename', 'sync', 'truncate', 'write', 'writeFile']);

/** How many calls there were, and which of them were renames. */
export type Counted = { calls: number; renames: number[] };

/** Counts the calls of Node's that change or read files from now on, and breaks one of them; returns what it counts. */
export async function breakAtCall({ at, by }: Break): Promise<Counted> {
  const counted: Counted = { calls: 0, renames: [] };
  const isDue = (name: string): boolean => {
    if (by !== 'SIGKILL' && !WRITING.has(name)) return false;
    counted.calls += 1;
    if (name === 'rename') counted.renames.push(counted.calls);
    return counted.calls === at;
  };
  const broken = (name: string): void => {
    if (by === 'SIGKILL') process.kill(process.pid, 'SIGKILL');
    throw Object.assign(new Error(`${by}: ${name}`), { code: by });
  };
  const wrap = (calls: Calls, name: string, half: (args: never[]) => never[] | null): void => {
    const call = calls[name]!;
    calls[name] = async function (this: unknown, ...args: never[]) {
      if (isDue(name)) {
        const less = half(args);
        if (less) await call.apply(this, less);
        broken(name);
      }
      return call.apply(this, args);
    };
  };
  const whole = () => null;
  const handle = await fs.open('/dev/null', 'r');
  const handles = Object.getPrototypeOf(handle) as FileHandle & Calls;
  await handle.close();
  for (const name of OF_HANDLES) wrap(handles, name, whole);
  // What is written by a handle is its first argument, and a file's content the second.
  wrap(handles, 'writeFile', ([content]) => [halfOf(content)]);
  for (const name of OF_FILES) wrap(fs as unknown as Calls, name, whole);
  wrap(fs as unknown as Calls, 'writeFile', ([file, content, options]) => [file!, halfOf(content), options!]);
  syncBuiltinESMExports();
  return counted;
}

const halfOf = (content: unknown): never => {
  const bytes = Buffer.from(content as string | Buffer);
  return bytes.subarray(0, bytes.length >> 1) as never;
};
