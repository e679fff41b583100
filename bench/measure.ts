import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import path from 'node:path';
import { listParts } from '../src/daemons/parts.ts';
import { type Outcome, TestHome } from '../test/support/home/cli.ts';

export const ROUNDS = 5;
export const PASSWORD = 'bench-Pw-1';

export const home = new TestHome();
const peakFile = path.join(home.dir, 'peak.txt');
const watching = {
  NODE_OPTIONS: `--import=${new URL('peak-memory.js', import.meta.url).href}`,
  BENCH_PEAK_FILE: peakFile,
};

export type Seconds = number;
/** `prepare` is called before each run of either side, and is not timed. */
export type Contest = {
  name: string;
  atMost: number | '';
  args: string[];
  env?: NodeJS.ProcessEnv;
  /** Exit codes of a run that did what it was asked to do; none is given where that is 0 alone. */
  results?: number[];
  theirs: () => Promise<unknown>;
  prepare?: () => Promise<unknown>;
};

export const urlOf = (database: string): string =>
  `postgresql+psycopg2://openstack@/${database}?host=${home.home.runDir}`;

/** Throws if a run has failed, since a failed run would be a fast one. */
export async function succeed(what: string, outcome: Promise<Outcome>, results = [0]): Promise<string> {
  const { code, stdout, stderr } = await outcome;
  if (code === null || !results.includes(code)) throw new Error(`${what}: exit ${code}: ${stderr}`);
  return stdout;
}

export const keyward = (args: string[], env: NodeJS.ProcessEnv = {}, results = [0]): Promise<string> =>
  succeed(`keyward ${args.join(' ')}`, home.run(args, { env, input: `${PASSWORD}\n` }), results);

/** Measures the wall time of one whole process. */
export async function time(command: () => Promise<unknown>): Promise<Seconds> {
  const start = performance.now();
  await command();
  return (performance.now() - start) / 1000;
}

/** Measures the peak in a run that is not timed, since watching takes time too. */
export async function peakMiB(args: string[], env: NodeJS.ProcessEnv = {}, results = [0]): Promise<string> {
  await keyward(args, { ...env, ...watching }, results);
  return (Number(readFileSync(peakFile, 'utf8')) / 1024).toFixed(0);
}

export const median = (values: Seconds[]): Seconds =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!;

export async function compete({ name, atMost, args, env, results, theirs, prepare }: Contest): Promise<void> {
  const [ours, others]: [Seconds[], Seconds[]] = [[], []];
  await prepare?.();
  const peak = await peakMiB(args, env, results);
  for (let round = 0; round < ROUNDS; round++) {
    await prepare?.();
    ours.push(await time(() => keyward(args, env, results)));
    others.push(await time(theirs));
  }
  const [mine, real] = [median(ours), median(others)];
  row(name, mine.toFixed(2), real.toFixed(2), (mine / real).toFixed(2), atMost, peak);
}

export const row = (...cells: (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);

/** Tells how busy the machine is. */
export function load(): string {
  const averages = loadavg().map((average) => average.toFixed(2));
  return `Load ${averages.join(' ')}`;
}

/** Prints how busy the machine is, and the head of the table of which `row` prints the rows. */
export function heading(): void {
  console.log(`${load()} on ${availableParallelism()} cores; medians of ${ROUNDS}.\n`);
  row('what', 'keyward, s', 'real, s', 'ratio', 'at most', 'peak, MiB');
  row(...Array<string>(6).fill('---'));
}

/** Reads the kernel's record of the peaks of the workers, which still run; nothing where there is no /proc. */
export function workersPeak(): string {
  const running = listParts(home.home).filter(({ part, pid }) => part.startsWith('worker') && pid !== null);
  const files = running.map(({ pid }) => `/proc/${pid}/status`).filter((file) => existsSync(file));
  const kib = files.map((file) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1]));
  return kib.length > 0 ? (Math.max(...kib) / 1024).toFixed(0) : '';
}
