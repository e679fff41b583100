import { randomUUID } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { actor, type TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import { HOST } from '../../support/cloud/new-servers.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { LockClients, PAST, type Rig, type Workers } from '../../support/locks/lock-clients.ts';
import { numbersOf } from '../../support/random.ts';

/**
 * The lock of one server is changed by many clients at once, and what each of them and each reader is told has an order.
 * A round's seed repeats its choices: KEYWARD_SEED is the first, KEYWARD_ROUNDS how many.
 */
const STRESS = process.env['KEYWARD_STRESS'] === '1';
const FIRST = Number(process.env['KEYWARD_SEED'] ?? (STRESS ? Date.now() % 1_000_000 : 20_261_201));
const ROUNDS = Number(process.env['KEYWARD_ROUNDS'] ?? (STRESS ? 500 : 50));
const CLIENTS = 64;
const READERS = 12;
const WORKERS = 4;
const POOL = 5;
/** Clients begin within this time, so that some have ended before others begin. */
const SPREAD_MS = 150;
/** So many rounds have seen all that there is to see. */
const ENOUGH = 50;
const OUTCOMES = ['done', 'left', 'AdminLock', 'InstanceNotFound']
  .flatMap((outcome) => [`lock ${outcome}`, `unlock ${outcome}`])
  .concat('deletion done', 'deletion InstanceLocked', 'gone done');
if (STRESS) jest.setTimeout(7_200_000);

let server: TestPostgres;
let cells: TestCells;
let rig: Rig;
let workers: Workers;
cellsPerFile(2, (made) => ({ server, cells } = made));
beforeAll(async () => {
  const { uuid: cell } = await cells.services.hosts.register(HOST, 'fake', null);
  rig = { server, cells, cell };
  workers = await Promise.all(Array.from({ length: WORKERS }, () => cells.open({ poolSize: POOL })));
  // To look the cell up each time would be a third of the work, and takes no part in the race.
  const mapped = await cells.services.cells.list();
  for (const worker of workers) jest.spyOn(worker.cells, 'list').mockResolvedValue(mapped);
});
afterAll(async () => {
  for (const worker of workers) await worker.close();
});

type Next = (below: number) => number;
/** What the clients of a round know of each other: requests that lock, and leases with whose they are. */
type Shared = { requests: string[]; leases: { id: string; by: 'owner' | 'admin' }[] };

const pick = <T>(next: Next, from: T[]): T => from[next(from.length)]!;

/** Chooses what a client does, and when; a round has few deletions, since nothing comes of a race after one. */
function client(clients: LockClients, next: Next, { requests, leases }: Shared): () => Promise<unknown> {
  const by = pick(next, ['owner', 'owner', 'admin'] as const);
  const worker = pick(next, workers);
  const both = next(10) === 0 ? [worker, pick(next, workers)] : [worker];
  const reason = pick(next, [null, `reason ${next(1000)}`, 'the same']);
  const request = randomUUID();
  const lease = pick(next, leases);
  const locks = (leased: { id: string } | null) => () => {
    const until = leased && { id: leased.id, until: PAST };
    return clients.apply(both, by, { kind: 'lock', reason, lease: until }, request);
  };
  const [isForced, of, batch] = [next(2) === 0, pick(next, [request, ...requests]), `run/${next(2)}`];
  const what = next(20);
  if (what < 8) {
    requests.push(request);
    // A lease is of one role, whose right counts when it ends.
    return locks(what < 3 && lease.by === by ? lease : null);
  }
  if (what < 13) return () => clients.apply(both, by, { kind: 'unlock' }, request);
  if (what < 15) return () => clients.lockFleet(worker, by, reason ?? 'fleet', isForced);
  if (what < 17) return () => clients.unlockRun(worker, by, of);
  if (what < 19) return () => clients.endLease(both, lease.by, lease.id, batch);
  return next(8) === 0 ? () => clients.delete(worker, by) : locks(null);
}

/** Gives what is wrong after a round, and how often what was seen. */
async function play(seed: number): Promise<{ found: string[]; outcomes: string[] }> {
  const next = numbersOf(seed);
  const clients = await LockClients.plant(rig);
  const leases = Array.from({ length: 4 }, (_, at) => ({
    id: randomUUID(),
    by: at % 2 === 0 ? ('owner' as const) : ('admin' as const),
  }));
  const shared: Shared = { requests: [], leases };
  const acts = Array.from({ length: CLIENTS }, () => client(clients, next, shared));
  acts.push(...Array.from({ length: READERS }, () => () => clients.read()));
  const repairs: unknown[] = [];
  acts.push(async () => {
    repairs.push(
      await workers[0]!.lockRepair.repair({ cell: rig.cell, uuid: clients.uuid, run: 'r' }, actor()),
    );
  });
  await Promise.all(acts.map((act) => after(next(SPREAD_MS)).then(act)));
  const found = await clients.faults();
  if (repairs.some((repair) => repair !== null)) found.push('Something was repaired.');
  return { found, outcomes: clients.outcomes() };
}

describe(`${CLIENTS} changes of a server's lock at once, ${ROUNDS} rounds`, () => {
  it('happen one after the other, and each of them whole', async () => {
    const wrong = [];
    const seen: Record<string, number> = {};
    for (let seed = FIRST; seed < FIRST + ROUNDS; seed += 1) {
      const { found, outcomes } = await play(seed).catch((error: Error) => ({
        found: [error.stack ?? error.message],
        outcomes: [],
      }));
      if (found.length > 0) wrong.push({ seed, found });
      for (const outcome of outcomes) seen[outcome] = (seen[outcome] ?? 0) + 1;
    }
    expect(wrong).toEqual([]);
    if (ROUNDS >= ENOUGH) expect(Object.keys(seen)).toEqual(expect.arrayContaining(OUTCOMES));
  });
});
