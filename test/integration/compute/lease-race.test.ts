import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { BatchDone } from '../../../src/rules/compute/lock-request.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import { HOST, OWNER } from '../../support/cloud/new-servers.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { plantServers } from '../../support/cloud/servers.ts';
import { until } from '../../support/home/cli.ts';
import { lock } from '../../support/locks/lock-cells.ts';
import {
  byName,
  fleetRequest,
  leaseRequest,
  LockClients,
  lockRequest,
  repeated,
  type Rig,
  tornLocks,
  type Workers,
} from '../../support/locks/lock-clients.ts';
import { numbersOf } from '../../support/random.ts';

/**
 * Leases end while their locks are changed, and fleets are locked while their servers are.
 * A round's seed repeats its choices: KEYWARD_SEED is the first, KEYWARD_ROUNDS how many.
 */
const STRESS = process.env['KEYWARD_STRESS'] === '1';
const FIRST = Number(process.env['KEYWARD_SEED'] ?? (STRESS ? Date.now() % 1_000_000 : 20_261_202));
const ROUNDS = Number(process.env['KEYWARD_ROUNDS'] ?? (STRESS ? 2000 : 80));
const FLEET_ROUNDS = Math.ceil(ROUNDS / 40);
const WAYS = 64;
const SERVERS = 60;
/** What is begun within this time is under way at once. */
const SPREAD_MS = 15;
if (STRESS) jest.setTimeout(7_200_000);

let server: TestPostgres;
let cells: TestCells;
let rig: Rig;
let workers: Workers;
cellsPerFile(2, (made) => ({ server, cells } = made));
beforeAll(async () => {
  const { uuid: cell } = await cells.services.hosts.register(HOST, 'fake', null);
  rig = { server, cells, cell };
  workers = await Promise.all(Array.from({ length: 4 }, () => cells.open({ poolSize: 8 })));
});
afterAll(async () => {
  for (const worker of workers) await worker.close();
});

type Next = (below: number) => number;
const pick = <T>(next: Next, from: readonly T[]): T => from[next(from.length)]!;

/** Plays rounds of these seeds, and gives what was wrong in which. */
async function rounds(count: number, play: (next: Next) => Promise<unknown[]>): Promise<object[]> {
  const wrong = [];
  for (let seed = FIRST; seed < FIRST + count; seed += 1) {
    const found = await play(numbersOf(seed)).catch((error: Error) => [error.stack ?? error.message]);
    if (found.length > 0) wrong.push({ seed, found });
  }
  return wrong;
}

/** A lease that is due is ended by several workers, while its lock is replaced, or taken off by itself or with its run. */
async function endLease(next: Next, ended: string[], seen: Set<string>): Promise<string[]> {
  const clients = await LockClients.plant(rig);
  const [lease, other, request] = [randomUUID(), randomUUID(), randomUUID()];
  ended.push(lease);
  const [by, rival] = [pick(next, ['owner', 'admin'] as const), pick(next, ['owner', 'admin'] as const)];
  const worker = () => pick(next, workers);
  const [one, two, three] = [worker(), worker(), worker()];
  await clients.apply([worker()], by, lock('until then', lease), request);
  const acts = [
    () => clients.endLease([one, two], by, lease),
    () => clients.endLease([three], by, lease, 'run/2'),
  ];
  const relocking = lock(pick(next, [null, 'until then', 'for longer']), pick(next, [null, other]));
  if (next(2) === 0) acts.push(() => clients.unlockRun(one, by, request));
  if (next(3) > 0) acts.push(() => clients.apply([two], rival, relocking));
  if (next(3) === 0) acts.push(() => clients.apply([three], rival, { kind: 'unlock' }));
  await Promise.all(acts.map((act) => after(next(SPREAD_MS)).then(act)));
  const { intent } = await clients.read();
  const left = intent?.lease === lease ? ['The lease goes on.'] : [];
  seen.add(intent === null ? 'unlocked' : intent.lease === other ? 'of the other lease' : 'locked');
  return [...left, ...(await clients.faults())];
}

it(`a lease takes its own lock off, once, whatever becomes of the lock, ${ROUNDS} rounds`, async () => {
  const ended: string[] = [];
  const seen = new Set<string>();
  expect(await rounds(ROUNDS, (next) => endLease(next, ended, seen))).toEqual([]);
  if (ROUNDS > 20) expect([...seen].toSorted()).toEqual(['locked', 'of the other lease', 'unlocked']);
  const leases = new Set(await cells.services.lockLeases.list(null));
  expect(ended.filter((lease) => leases.has(lease))).toEqual([]);
});

describe('a batch', () => {
  const everything = () =>
    server.query(
      cells.databaseOf('cell1'),
      `select (select json_agg(i order by id) from instances i) as servers,
         (select json_agg(a order by id) from instance_actions a) as actions,
         (select json_agg(l order by instance_uuid) from keyward.server_lock l) as locks,
         (select json_agg(b order by request_id, batch) from keyward.lock_batch b) as batches,
         (select json_agg(a order by id) from keyward.audit a) as audit`,
    );
  const plantFleet = (name: string) =>
    plantServers(
      rig,
      'cell1',
      Array.from({ length: 20 }, () => ({ display_name: name, project_id: OWNER.projectId })),
    );

  /** Two workers do the same at once, and one of them again; whoever comes later changes nothing more. */
  async function doneOnce(work: (worker: Workers[0]) => Promise<BatchDone>): Promise<BatchDone> {
    const [one, two] = await Promise.all(workers.slice(0, 2).map((worker) => repeated(() => work(worker))));
    const before = await everything();
    expect(two).toEqual(one);
    expect(await work(workers[2]!)).toEqual(one);
    expect(await everything()).toEqual(before);
    return one!;
  }

  it.each([
    ['of a fleet', false],
    ['of a fleet by force', true],
  ])('%s is done once, though two workers do it and one of them again', async (_, isForced) => {
    const name = randomUUID();
    const [locked] = await plantFleet(name);
    const owners = lockRequest(locked!, rig.cell, 'owner', lock('mine'));
    await workers[0]!.serverLocks.apply(owners);
    const asked = fleetRequest(rig.cell, 'admin', lock('all'), byName(name, isForced));
    await workers[0]!.fleetLocks.begin(asked);
    const done = await doneOnce((worker) => worker.fleetLocks.change(asked));
    const left = isForced ? 0 : 1;
    expect(done).toEqual({ changed: 20 - left, left, refused: 0, last: null });
    expect(await tornLocks(rig)).toEqual([]);
  });

  it('of a lease is done once, though two workers do it and one of them again', async () => {
    const [name, lease] = [randomUUID(), randomUUID()];
    const [taken] = await plantFleet(name);
    const asked = fleetRequest(rig.cell, 'owner', lock('all', lease), byName(name, false));
    await workers[0]!.fleetLocks.begin(asked);
    await workers[0]!.fleetLocks.change(asked);
    await workers[0]!.serverLocks.apply(lockRequest(taken!, rig.cell, 'admin', lock('mine')));
    const done = await doneOnce((worker) => worker.lockLeases.end(leaseRequest(lease, rig.cell)));
    expect(done).toEqual({ changed: 19, left: 0, refused: 0, last: null });
    expect(await tornLocks(rig)).toEqual([]);
  });
});

/** Changes of many servers and of single ones overlap; all must be done at the first attempt, since none waits for another. */
async function overlap(next: Next): Promise<unknown[]> {
  const name = randomUUID();
  const planted = Array.from({ length: SERVERS }, () => ({
    display_name: `${name}-${next(4)}`,
    project_id: pick(next, [OWNER.projectId, 'another']),
    host: HOST,
  }));
  const uuids = await plantServers(rig, 'cell1', planted);
  const leases = [randomUUID(), randomUUID()];
  const requests = Array.from({ length: WAYS }, () => randomUUID());
  /** What it does is chosen at once, so that a seed repeats it. */
  const way = (request: string, at: number): (() => Promise<unknown>) => {
    const worker = pick(next, workers);
    const by = pick(next, ['owner', 'admin', 'admin'] as const);
    const locking =
      next(3) === 0 ? { kind: 'unlock' as const } : lock(`${at}`, pick(next, [null, ...leases]));
    const single = lockRequest(pick(next, uuids), rig.cell, by, locking, request);
    const ended = leaseRequest(pick(next, leases), rig.cell, `run/${at}`);
    const some = byName(`${name}-[${pick(next, ['0', '01', '12', '23', '0-3'])}]`, next(2) === 0);
    const run = { by: 'run' as const, requestId: pick(next, requests) };
    const isOfRun = locking.kind === 'unlock' && next(2) === 0;
    const fleet = fleetRequest(rig.cell, by, locking, isOfRun ? run : some, request);
    if (at % 3 === 0) return () => worker.serverLocks.apply(single);
    if (at % 7 === 1) return () => worker.lockLeases.end(ended);
    return () => worker.fleetLocks.begin(fleet).then(() => worker.fleetLocks.change(fleet));
  };
  const ends = await Promise.allSettled(requests.map(way).map((act) => after(next(SPREAD_MS)).then(act)));
  const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  return [
    ...failed.filter((error) => error.name !== 'AdminLock').map((error) => error.stack),
    ...(await tornLocks(rig)),
  ];
}

it(`${WAYS} batches and single locks that overlap all pass at once, ${FLEET_ROUNDS} rounds`, async () => {
  expect(await rounds(FLEET_ROUNDS, overlap)).toEqual([]);
});

/** Keeps a lease from going on once it has picked its locks, until `meanwhile` has changed some of them. */
async function endedSlowly(lease: string, meanwhile: string): Promise<BatchDone> {
  const client = await server.connect(cells.databaseOf('cell1'));
  // Locks are picked without a look at the actions, and what is kept of them is not read without one.
  await client.query('begin; lock table instance_actions in access exclusive mode');
  const ended = workers[0]!.lockLeases.end(leaseRequest(lease, rig.cell));
  await until(async () => {
    const waiting = await server.query(
      cells.databaseOf('cell1'),
      "select from pg_locks where relation = 'instance_actions'::regclass and not granted",
    );
    return waiting.length > 0;
  });
  await client.query(`${meanwhile}; commit`);
  await client.end();
  return ended;
}

it('a lease ends as whose it is, though one of its locks was replaced when it had been picked', async () => {
  const [name, lease] = [randomUUID(), randomUUID()];
  const planted = { display_name: name, project_id: OWNER.projectId };
  const [taken, kept] = await plantServers(rig, 'cell1', [planted, planted]);
  const asked = fleetRequest(rig.cell, 'admin', lock('all', lease), byName(name, false));
  await workers[0]!.fleetLocks.begin(asked);
  await workers[0]!.fleetLocks.change(asked);
  // The row of the lock that is replaced comes first.
  const done = await endedSlowly(
    lease,
    `update keyward.server_lock set request_id = 'other', locked_by = 'owner', project_id = '${OWNER.projectId}',
       lease_id = null, until = null where instance_uuid = '${taken}';
     update keyward.server_lock set reason = reason where instance_uuid = '${kept}'`,
  );
  expect(done).toEqual({ changed: 1, left: 1, refused: 0, last: null });
});
