import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { listParts } from '../../src/daemons/parts.ts';
import { runIdOf, type Running, until } from '../support/home/cli.ts';
import { LockHolds, type LockPoint } from '../support/home/lock-holds.ts';
import { LockedServers } from '../support/home/locked-servers.ts';
import { ServerHome } from '../support/home/server-home.ts';
import { numbersOf } from '../support/random.ts';

/**
 * One victim is killed while a lock, an unlock, the end of a lease or a fleet is held up at each of its steps. KEYWARD_SEED
 * chooses two steps of each and their victims, and `npm run stress` takes all of them.
 */
const STRESS = process.env['KEYWARD_STRESS'] === '1';
const SEED = Number(process.env['KEYWARD_SEED'] ?? 20_261_201);
if (STRESS) jest.setTimeout(1_800_000);

const cloud = new ServerHome();
const { home, env } = cloud;
const holds = new LockHolds(home);
const locks = new LockedServers(home);
beforeAll(async () => {
  await cloud.open();
  await holds.open();
  await cloud.make('template');
});
afterAll(async () => {
  await holds.close();
  await cloud.close();
});

const workerPid = (): number =>
  listParts(home.home).find(({ part, state }) => part.startsWith('worker') && state !== 'stopped')!.pid!;
const victims = {
  worker: () => process.kill(workerPid(), 'SIGKILL'),
  Temporal: () => process.kill(home.pid('temporal'), 'SIGKILL'),
  PostgreSQL: () => process.kill(home.pid('postgres'), 'SIGKILL'),
};
type Victim = keyof typeof victims;
const VICTIMS = Object.keys(victims) as Victim[];

type What = 'lock' | 'unlock' | 'lease' | 'fleet' | 'unlocked fleet';
/** At `next`, the first of two batches is done; at `commit`, the change is committed and nobody has heard of it. */
type Stop = 'change' | 'commit' | 'announce' | 'next' | 'begin' | 'finish';
type Case = { what: What; stop: Stop };
const STOPS: Record<What, Stop[]> = {
  lock: ['change', 'commit', 'announce'],
  unlock: ['change', 'commit', 'announce'],
  lease: ['change', 'commit', 'announce'],
  fleet: ['change', 'commit', 'announce', 'next'],
  'unlocked fleet': ['change', 'begin', 'finish'],
};
const CASES = (Object.keys(STOPS) as What[]).flatMap((what) => STOPS[what].map((stop) => ({ what, stop })));
/** Temporal gives these steps to another worker after 15 s, and all others after a minute: those are for `stress`. */
const isSoonRepeated = ({ what, stop }: Case): boolean =>
  (what === 'lock' || what === 'unlock' || stop === 'begin') && stop !== 'announce';

const next = numbersOf(SEED);
const pick = <T>(given: T[]): T => given[next(given.length)]!;

/** Victims, each with what is under way when it is killed. */
type Wave = [Victim, Case[]][];

/** So many commands at once are held up long enough on a busy machine. */
const AT_ONCE = 6;
const inParts = (cases: Case[]): Case[][] =>
  Array.from({ length: Math.ceil(cases.length / AT_ONCE) }, (_, part) =>
    cases.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  );

function chosen(): Wave {
  const struck: Record<Victim, Case[]> = { worker: [], Temporal: [], PostgreSQL: [] };
  for (const stops of Object.values(Object.groupBy(CASES, ({ what }) => what))) {
    const first = pick(stops);
    for (const each of [first, pick(stops.filter((stop) => stop !== first))])
      struck[pick(isSoonRepeated(each) ? VICTIMS : VICTIMS.slice(1))].push(each);
  }
  return VICTIMS.map((victim) => [victim, struck[victim]]);
}

const WAVES: Wave[] = STRESS
  ? VICTIMS.flatMap((victim) => inParts(CASES).map((part): Wave => [[victim, part]]))
  : [chosen()];

type Server = { name: string; uuid: string };
type Ready = Case & { servers: Server[]; command: string[]; point: LockPoint; key: string };
type Held = Ready & { running: Running | null };

/** Puts servers like the template into the cell. */
async function plant(name: string, count: number): Promise<Server[]> {
  const servers = await home.query<Server>(
    `insert into instances select (jsonb_populate_record(t, jsonb_build_object(
       'id', nextval('instances_id_seq'), 'uuid', gen_random_uuid()::text, 'display_name', '${name}-' || n))).*
     from instances t, generate_series(1, ${count}) n where t.display_name = 'template' returning display_name as name, uuid`,
    'nova_cell1',
  );
  const uuids = servers.map(({ uuid }) => `'${uuid}'`).join();
  await home.query(
    `insert into instance_extra select (jsonb_populate_record(e, jsonb_build_object(
       'id', nextval('instance_extra_id_seq'), 'instance_uuid', i.uuid))).*
     from instance_extra e join instances t on t.uuid = e.instance_uuid and t.display_name = 'template',
       instances i where i.uuid in (${uuids})`,
    'nova_cell1',
  );
  await home.query(
    `insert into instance_mappings (instance_uuid, cell_id, project_id) select one, c.id, 'demo'
     from unnest(array[${uuids}]) one, cell_mappings c where c.name = 'cell1'`,
    'nova_api',
  );
  return servers;
}

const start = (args: string[]): Running => home.start(['server', ...args], { env });
async function done(args: string[]): Promise<string> {
  const { code, stderr } = await start(args).outcome;
  expect({ args, code, stderr }).toMatchObject({ args, code: 0 });
  return runIdOf(stderr)!;
}

/** Does what must be done before, and gives the command of the case. */
async function commandOf({ what }: Case, name: string): Promise<string[]> {
  const fleet = ['lock', '--all', '--name', `${name}-*`];
  if (what === 'fleet') return [...fleet, '--until', '8h', '-f', 'json'];
  if (what === 'unlocked fleet') return ['unlock', '--run', await done(fleet), '-f', 'json'];
  const lock = ['lock', `${name}-1`, '--until', what === 'lease' ? '1s' : '8h'];
  if (what !== 'unlock') return lock;
  await done(lock);
  return ['unlock', `${name}-1`];
}

/** Where the case is held up. Of a fleet, the last server that is to come to the point is. */
function pointOf({ what, stop }: Case, { name }: Server): Pick<Ready, 'point' | 'key'> {
  const kind = what === 'lock' || what === 'fleet' ? 'lock' : 'unlock';
  if (stop === 'begin' || stop === 'finish') return { point: stop, key: 'server unlock (fleet)' };
  if (stop === 'announce') return { point: stop, key: `instance.${kind} ${name}` };
  return { point: stop === 'commit' ? `${kind} commit` : kind, key: name };
}

async function prepare(each: Case, victim: Victim): Promise<Ready> {
  const { what, stop } = each;
  const name = `${what}-${stop}-${victim}`.toLowerCase().replaceAll(' ', '-');
  const isFleet = what === 'fleet' || what === 'unlocked fleet';
  const servers = await plant(name, stop === 'next' ? 1001 : isFleet ? 3 : 1);
  return { ...each, servers, command: await commandOf(each, name), ...pointOf(each, servers.at(-1)!) };
}

/** Starts the command and brings it to its step. */
async function bring(ready: Ready): Promise<Held> {
  const { what, command, point, key } = ready;
  await holds.hold(point, key);
  const running = start(command);
  const reached = holds.reached(point, key);
  // The command that locks for a time has ended when that is over.
  if (what !== 'lease') await Promise.race([reached, failing(running)]);
  else expect(await running.outcome).toMatchObject({ code: 0 });
  await reached;
  return { ...ready, running: what === 'lease' ? null : running };
}

/** A command that ends before it was held up has failed. */
async function failing({ outcome }: Running): Promise<never> {
  throw new Error((await outcome).stderr);
}

const isLock = ({ what }: Pick<Case, 'what'>): boolean => what === 'lock' || what === 'fleet';
const uuidsOf = ({ servers }: Held): string[] => servers.map(({ uuid }) => uuid);

/** Whether the servers are locked, or not, as the case makes them. */
const isChanged = async (each: Held): Promise<boolean> =>
  (await locks.countLocked(uuidsOf(each))) === (isLock(each) ? each.servers.length : 0);

/** Lets these commit while the worker stands still, so that it does not hear of it; gives its pid. */
async function commitUnheard(held: Held[]): Promise<number> {
  const worker = workerPid();
  for (;;) {
    for (const { point, key } of held) await holds.reached(point, key);
    process.kill(worker, 'SIGSTOP');
    const waits = await Promise.all(held.map(({ point, key }) => holds.isReached(point, key)));
    if (waits.every(Boolean)) break;
    // One has waited too long and begins anew.
    process.kill(worker, 'SIGCONT');
  }
  for (const { point, key } of held) await holds.release(point, key);
  for (const each of held) await until(() => isChanged(each));
  return worker;
}

/** A hold by the operation holds every fleet up: there is one at a time, when all others are held up. */
const isOfAll = ({ stop }: Case): boolean => stop === 'finish' || stop === 'begin';

/** Brings each to its step, kills the victim, and lets them go on. */
async function strike(victim: Victim, cases: Case[]): Promise<Held[]> {
  // A step gives up its wait for a lock after 10 s: nothing else is done while they are held up.
  const all = await Promise.all(cases.map((each) => prepare(each, victim)));
  const unblock = all.some(({ stop }) => stop === 'announce') ? holds.blockNotifications() : () => {};
  const held = await Promise.all(all.filter((each) => !isOfAll(each)).map(bring));
  for (const stop of ['finish', 'begin'])
    for (const each of all) if (each.stop === stop) held.push(await bring(each));
  const commits = held.filter(({ stop }) => stop === 'commit');
  const stopped = commits.length > 0 ? await commitUnheard(commits) : null;
  victims[victim]();
  if (stopped !== null && victim !== 'worker') process.kill(stopped, 'SIGCONT');
  for (const { point, key } of held) await holds.release(point, key);
  unblock();
  expect(await home.run(['up'], { env })).toMatchObject({ code: 0 });
  return held;
}

/** What the command said is what is in the rows, and each server is changed, noted and audited once. */
async function judge(each: Held): Promise<void> {
  const { what, stop, servers, running } = each;
  const name = `${what}, ${stop}`;
  const outcome = await running?.outcome;
  if (outcome) expect({ name, ...outcome }).toMatchObject({ name, code: 0 });
  await until(() => isChanged(each));
  const actions = await locks.actionsOf(uuidsOf(each));
  const kinds = isLock(each) ? ['lock'] : ['lock', 'unlock'];
  // The requests are as many as the changes: each change of all servers is one.
  expect(new Set(actions.map(({ request }) => request)).size).toBe(kinds.length);
  expect(
    actions.map(({ uuid, action, events }) => `${name}: ${action} ${uuid} ${events}`).toSorted(),
  ).toEqual(kinds.flatMap((kind) => uuidsOf(each).map((uuid) => `${name}: ${kind} ${uuid} 1`)).toSorted());
  const texts = (changes: { uuid: string; action: string; request: string }[]): string[] =>
    changes.map(({ uuid, action, request }) => `${action} ${uuid} ${request}`).toSorted();
  expect(texts(await locks.auditOf(uuidsOf(each)))).toEqual(texts(actions));
  if (outcome?.stdout)
    expect(JSON.parse(outcome.stdout)).toEqual([
      { Cell: 'cell0', Changed: 0, 'Left Alone': 0, Refused: 0, Error: null },
      { Cell: 'cell1', Changed: servers.length, 'Left Alone': 0, Refused: 0, Error: null },
    ]);
}

/** Each change was told of, and whoever was told twice can tell. */
async function judgeTold(held: Held[]): Promise<void> {
  const wanted = held.flatMap((each) =>
    (isLock(each) ? ['lock'] : ['lock', 'unlock']).flatMap((kind) =>
      uuidsOf(each).map((uuid) => `instance.${kind} ${uuid}`),
    ),
  );
  const told = (): Map<string, Set<string>> => {
    const ids = new Map<string, Set<string>>();
    for (const { event, uuid, id } of locks.notifications())
      ids.set(`${event} ${uuid}`, (ids.get(`${event} ${uuid}`) ?? new Set()).add(id));
    return ids;
  };
  // The run of a lease tells of its end when the rows are changed already.
  await until(async () => {
    await locks.told();
    const ids = told();
    return wanted.every((event) => ids.has(event));
  });
  const ids = told();
  expect(wanted.filter((event) => ids.get(event)!.size !== 1)).toEqual([]);
}

// Temporal gives a step that was begun to another worker after 15 s: meanwhile the next victims are killed.
it.each(WAVES.map((wave) => ({ wave, names: wave.map(([victim]) => victim).join(', ') })))(
  'kill -9 of $names at each step: each change is made, noted and told of once, and summed up as it is',
  async ({ wave }) => {
    const held: Held[] = [];
    for (const [victim, cases] of wave) held.push(...(await strike(victim, cases)));
    for (const each of held) await judge(each);
    await judgeTold(held);
  },
);
