import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { listParts } from '../src/daemons/parts.ts';
import { home } from './measure.ts';

/** The kernel counts hundredths of a second. */
const TICK_MS = 10;

/** Milliseconds of processor time by what has used it. */
export type Used = Record<string, number>;
/** Processes by what they belong to; their descendants belong to it too, but for those of this process. */
export type Owners = Record<string, number[]>;

/** Finds the processes that a run of this home is worked on by. */
export function partsOfHome(): Record<'Temporal' | 'worker' | 'PostgreSQL', number[]> {
  const running = listParts(home.home).flatMap(({ part, pid }) => (pid === null ? [] : [{ part, pid }]));
  const of = (name: string): number[] =>
    running.filter(({ part }) => part.startsWith(name)).map(({ pid }) => pid);
  return { Temporal: of('temporal'), worker: of('worker'), PostgreSQL: of('postgres') };
}

/** Tells what they have used while the work was done; nothing where there is no /proc. */
export async function used<T>(owners: Owners, work: () => Promise<T>): Promise<{ result: T; used: Used }> {
  const before = usedSoFar(owners);
  const result = await work();
  const after = usedSoFar(owners);
  const each = Object.keys(after).map((name) => [name, after[name]! - before[name]!] as const);
  return { result, used: Object.fromEntries(each) };
}

function usedSoFar(owners: Owners): Used {
  if (!existsSync('/proc/self/stat')) return {};
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readStat);
  const children = Map.groupBy(all, ({ parent }) => parent);
  const own = new Map(all.map((each) => [each.pid, each.ms]));
  const below = (pid: number) => (pid === process.pid ? [] : (children.get(pid) ?? []));
  const sum = (pid: number): number =>
    (own.get(pid) ?? 0) + below(pid).reduce((total, child) => total + sum(child.pid), 0);
  const sums = Object.entries(owners).map(([name, pids]) => [
    name,
    pids.reduce((total, pid) => total + sum(pid), 0),
  ]);
  return Object.fromEntries(sums) as Used;
}

/** Reads what a process has used, and its children that have ended; nothing where it has ended itself meanwhile. */
function readStat(pid: string): { pid: number; parent: number; ms: number }[] {
  try {
    // The name of the program may have spaces and parentheses; the fields behind it have none.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
    return [{ pid: Number(pid), parent: Number(fields[1]), ms: ticks * TICK_MS }];
  } catch {
    return [];
  }
}
