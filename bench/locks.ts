import path from 'node:path';
import { ensurePostgres } from '../src/daemons/postgres/server.ts';
import type { LockKind } from '../src/rules/compute/instance-lock.ts';
import { runIdOf } from '../test/support/home/cli.ts';
import { novaDatabases } from '../test/support/interop/nova/databases.ts';
import { NovaUser } from '../test/support/interop/nova/project.ts';
import { NovaTools } from '../test/support/interop/nova-tools.ts';
import { StartedPrograms } from '../test/support/interop/programs.ts';
import { NOVA_PASSWORD, RealNova } from '../test/support/interop/real-nova.ts';
import { inProcess, openKeyward, overHttp, type Timed, timed } from './lock-clients.ts';
import { compete, home, load, median, ROUNDS, row, succeed, workersPeak } from './measure.ts';
import { type Owners, partsOfHome, used } from './processor-time.ts';
import {
  CELL1,
  databaseOf,
  OWNER,
  plant,
  PROJECT,
  startAfresh,
  type UsualServer,
  usualServer,
} from './planted-servers.ts';
import { measure, printPlan } from './servers.ts';

/** So many clients change locks at once, each of a server of its own. */
const CLIENTS = 32;
/** As many threads answer in nova-api. */
const API_THREADS = 8;
/** So few servers are enough for one client. */
const FEW = 8;
const SERVERS_A_SECOND = 2000;

/** Runs something beside a real Nova on the home's databases, with servers that are the same to both. */
async function besideNova(
  server: UsualServer,
  work: (nova: RealNova, ids: string[]) => Promise<void>,
): Promise<void> {
  await startAfresh();
  const ids = await plant(server, { cell: CELL1, count: CLIENTS });
  const databases = novaDatabases(await ensurePostgres(home.home, () => {}));
  const nova = await RealNova.start({ dir: path.join(home.dir, 'nova-of-locks'), databases, sync: false });
  try {
    await work(nova, ids);
  } finally {
    await nova.close();
  }
}

const SIDES = ['keyward', 'http', 'inProcess'] as const;
type Side = (typeof SIDES)[number];
type Way = (ids: string[], atOnce: number) => Promise<Timed>;

/** Measures single locks: through runs, through Nova's API, and in the process of that. */
async function lockSingly(server: UsualServer): Promise<void> {
  await besideNova(server, async (nova, ids) => {
    const keyward = await openKeyward();
    const ask = overHttp(nova);
    const ways: Record<Side, Way> = {
      keyward: (some, atOnce) => timed(some, { atOnce, turns: 1 }, keyward.change),
      http: (some, atOnce) => timed(some, { atOnce, turns: 1 }, ask),
      inProcess: (some, atOnce) => inProcess(nova, some, atOnce === 1 ? 1 : API_THREADS),
    };
    try {
      for (const side of SIDES) await ways[side](ids, CLIENTS);
      for (const [atOnce, some] of [
        [1, ids.slice(0, FEW)],
        [CLIENTS, ids],
      ] as const) {
        const rounds = await inTurns(ways, some, atOnce);
        printSingle(atOnce, rounds);
      }
      await printUsed(nova, ways, ids);
    } finally {
      await keyward.close();
    }
  });
}

async function inTurns(ways: Record<Side, Way>, ids: string[], atOnce: number) {
  const rounds: Record<Side, Timed[]> = { keyward: [], http: [], inProcess: [] };
  for (let round = 0; round < ROUNDS; round++)
    for (const side of SIDES) rounds[side].push(await ways[side](ids, atOnce));
  return rounds;
}

function printSingle(atOnce: number, rounds: Record<Side, Timed[]>): void {
  const name = `lock and unlock, ${atOnce} at once`;
  for (const [which, part] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    const [ours, theirs] = [quantile(rounds.keyward, part), quantile(rounds.http, part)];
    row(`${name}, ${which}`, ours.toFixed(3), theirs.toFixed(3), (ours / theirs).toFixed(2), '', '');
  }
  const [ours, theirs, bare] = SIDES.map((side) => perSecond(rounds[side])) as [number, number, number];
  const worker = atOnce === 1 ? '' : workersPeak();
  const slower = theirs / ours;
  const aim = atOnce === 1 ? '' : 1;
  row(`${name}, each`, (1 / ours).toFixed(4), (1 / theirs).toFixed(4), slower.toFixed(2), aim, worker);
  const threads = atOnce === 1 ? 'one thread' : `${API_THREADS} threads`;
  console.log(
    `\nA second, ${atOnce} at once: keyward ${ours.toFixed(1)}, Nova over HTTP ${theirs.toFixed(1)}, and ` +
      `${bare.toFixed(1)} in its process from ${threads} (p50 ${quantile(rounds.inProcess, 0.5).toFixed(3)} s, ` +
      `p99 ${quantile(rounds.inProcess, 0.99).toFixed(3)} s). keyward does ${(ours / theirs).toFixed(2)} times what HTTP ` +
      `does, and ${(ours / bare).toFixed(2)} times what the process does.\n`,
  );
}

/** Tells which processes have used how much processor time for each change: a busy machine changes that least. */
async function printUsed(nova: RealNova, ways: Record<Side, Way>, ids: string[]): Promise<void> {
  const client = [process.pid];
  const { Temporal, worker, PostgreSQL } = partsOfHome();
  const owners: Record<Side, Owners> = {
    keyward: { client, Temporal, worker, PostgreSQL },
    http: { client, 'nova-api': [nova.at.pid], PostgreSQL },
    inProcess: { 'nova-api': [nova.at.pid], PostgreSQL },
  };
  for (const side of SIDES) {
    const { result, used: ms } = await used(owners[side], () => ways[side](ids, CLIENTS));
    const shares = Object.entries(ms).map(
      ([name, all]) => `${name} ${(all / result.each.length).toFixed(1)}`,
    );
    console.log(`Processor time of each change, ${side}, ms: ${shares.join(', ')}`);
  }
}

/** Gives the time below which such a part of all changes stayed, in seconds. */
function quantile(rounds: Timed[], part: number): number {
  const sorted = rounds.flatMap(({ each }) => each).toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]! / 1000;
}

const perSecond = (rounds: Timed[]): number =>
  median(rounds.map(({ each, seconds }) => each.length / seconds));

/** Measures the whole command beside openstackclient's. */
async function lockByCommand(server: UsualServer): Promise<void> {
  await besideNova(server, async (nova, ids) => {
    const tools = await NovaTools.open(path.dirname(nova.config), (bin) => new StartedPrograms(bin));
    const { env } = new NovaUser(nova.at, NOVA_PASSWORD, 'alice', PROJECT);
    const [ours, theirs] = ids as [string, string];
    // Who locks what is theirs already changes nothing in Nova.
    const unlock = () =>
      home.query('update instances set locked = false, locked_by = null', databaseOf(CELL1));
    try {
      await compete({
        name: 'server lock',
        atMost: 0.4,
        args: ['server', 'lock', ours, ...OWNER],
        theirs: () => succeed('openstack server lock', tools.openstack(env, 'server', 'lock', theirs)),
        prepare: unlock,
      });
    } finally {
      tools.close();
    }
  });
}

/** Measures fleets in one cell, ten times as many, and those over four cells. */
async function lockFleets(server: UsualServer): Promise<void> {
  const cells = [CELL1, 'cell2', 'cell3', 'cell4'];
  for (const [count, among] of [
    [1000, [CELL1]],
    [10_000, [CELL1]],
    [10_000, cells],
  ] as const) {
    await startAfresh(among.slice(1));
    for (const cell of among) await plant(server, { cell, count: count / among.length });
    const name = `of ${count} in ${among.length === 1 ? 'one cell' : `${among.length} cells`}`;
    const run = await runFleet('lock', name, count, ['--all', '--reason', 'measured']);
    await runFleet('unlock', name, count, ['--run', run]);
  }
  console.log(
    `\nAimed at: at least ${SERVERS_A_SECOND} servers a second, and the same peak for each count.\n`,
  );
}

/** Runs a fleet's command, and tells how long its run took; gives the run's id. */
async function runFleet(kind: LockKind, name: string, count: number, args: string[]): Promise<string> {
  const outcome = await home.run(['server', kind, ...args, '-f', 'json', ...OWNER]);
  const cells = JSON.parse(await succeed(`server ${kind} ${name}`, Promise.resolve(outcome)));
  const changed = cells.reduce((sum: number, { Changed }: { Changed: number }) => sum + Changed, 0);
  if (changed !== count) throw new Error(`server ${kind} has changed ${changed} of ${count} servers.`);
  const id = runIdOf(outcome.stderr)!;
  const { started, closed } = await home.json('workflow', 'show', id);
  const seconds = (Date.parse(closed) - Date.parse(started)) / 1000;
  const rate = Math.round(count / seconds);
  row(`server ${kind} ${name}, ${rate} servers/s`, seconds.toFixed(2), '', '', '', workersPeak());
  return id;
}

/** Measures lists of ten locked servers among a million. */
async function listLocked(server: UsualServer): Promise<void> {
  await startAfresh();
  await plant(server, { cell: CELL1, count: 1_000_000, tables: ['instances'] });
  await home.query(
    `update instances set locked = true, locked_by = 'admin' where display_name like '%00000'`,
    databaseOf(CELL1),
  );
  await printPlan('10 locked servers of 1000000', { locked: true });
  await measure('server list --locked, 10 of 1000000', ['server', 'list', '--locked']);
  await measure('server lock list, 10 of 1000000', ['server', 'lock', 'list']);
}

const PARTS = { single: lockSingly, command: lockByCommand, fleet: lockFleets, list: listLocked };

/** Measures locks, on databases that it makes anew; all parts of it where none is named. */
export async function measureLocks(names: string[] = []): Promise<void> {
  const wanted = names.length > 0 ? names : Object.keys(PARTS);
  const unknown = wanted.find((name) => !(name in PARTS));
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${Object.keys(PARTS).join(', ')}.`);
  await startAfresh();
  const server = await usualServer();
  for (const name of wanted) {
    console.log(`\nLocks, ${name}. ${load()}\n`);
    await PARTS[name as keyof typeof PARTS](server);
  }
}
