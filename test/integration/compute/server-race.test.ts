import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ServerGuests } from '../../../src/services/compute/server-guests.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import { FakeDriver } from '../../../src/drivers/compute/fake.ts';
import { createRequest, HOST } from '../../support/cloud/new-servers.ts';
import { novaDeletes } from '../../support/cloud/nova-deletes.ts';
import { PlayedRuns } from '../../support/cloud/played-runs.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { stall } from '../../support/cloud/shaky-worker.ts';
import { numbersOf } from '../../support/random.ts';

/**
 * Servers of one name are made and deleted at once by workers that die and stand still, beside a Nova that deletes some.
 * A round's seed repeats its choices: KEYWARD_SEED is the first, KEYWARD_ROUNDS how many.
 */
const STRESS = process.env['KEYWARD_STRESS'] === '1';
const FIRST = Number(process.env['KEYWARD_SEED'] ?? (STRESS ? Date.now() % 1_000_000 : 20_261_130));
const ROUNDS = Number(process.env['KEYWARD_ROUNDS'] ?? (STRESS ? 200 : 1));
const SERVERS = STRESS ? 64 : 16;
if (STRESS) jest.setTimeout(7_200_000);

let server: TestPostgres;
let cells: TestCells;
let cell: string;
const guests = new FakeDriver();
cellsPerFile(2, (made) => ({ server, cells } = made));
beforeAll(async () => {
  ({ uuid: cell } = await cells.services.hosts.register(HOST, 'fake', null));
});

type Next = (below: number) => number;
type Played = { uuid: string; isKept: boolean };

/** One server's life; a server that is kept was not deleted by anybody. */
async function live(next: Next): Promise<Played> {
  const runs = new PlayedRuns(cells.services, guests, next);
  const request = createRequest(cell, { name: 'web' });
  const { uuid } = request;
  const isNovaAtIt = next(3) === 0;
  const nova = isNovaAtIt ? novaDeletes({ server, cells }, uuid, () => stall(next)) : Promise.resolve();
  const isWhole = await runs.create(request);
  await nova;
  const isKept = isWhole && !isNovaAtIt && next(2) === 0;
  if (!isKept) await runs.delete(uuid);
  await runs.over();
  return { uuid, isKept };
}

const rowsOf = async (sql: string): Promise<Record<string, any>[]> =>
  (await Promise.all(['cell0', 'cell1'].map((name) => server.query(cells.databaseOf(name), sql)))).flat();

/** Everything that is wrong after a round, in words that name the server. */
async function faults(played: Played[]): Promise<string[]> {
  const kept = new Set(played.filter(({ isKept }) => isKept).map(({ uuid }) => uuid));
  const instances = await rowsOf('select uuid, vm_state, task_state, deleted from instances');
  const isWell = ({ uuid, vm_state, task_state, deleted }: Record<string, any>): boolean =>
    task_state === null &&
    (deleted === 0 ? kept.has(uuid) && ['active', 'error'].includes(vm_state) : vm_state === 'deleted');
  const living = instances.filter(({ deleted }) => deleted === 0).map(({ uuid }) => uuid);
  const actions = await rowsOf(
    'select request_id from instance_actions group by request_id having count(*) > 1',
  );
  const { findings } = await cells.services.cellVerifier.verify(20_000);
  const building = await server.query<{ uuid: string }>(
    cells.api,
    'select instance_uuid as uuid from build_requests union all select instance_uuid from instance_mappings where cell_id is null',
  );
  return [
    ...instances.filter((row) => !isWell(row)).map((row) => JSON.stringify(row)),
    ...[...kept].filter((uuid) => !living.includes(uuid)).map((uuid) => `${uuid} was kept and is gone`),
    ...actions.map(({ request_id }) => `${request_id} has several actions`),
    ...findings.map(({ details }) => details),
    ...building.map(({ uuid }) => `${uuid} is in no cell`),
    ...(await guests.list()).filter((uuid) => !living.includes(uuid)).map((uuid) => `${uuid} is on the host`),
  ];
}

async function clear(): Promise<void> {
  await server.query(cells.api, 'truncate instance_mappings, build_requests, request_specs');
  for (const name of ['cell0', 'cell1'])
    await server.query(cells.databaseOf(name), 'truncate instances, instance_actions cascade');
  for (const uuid of await guests.list()) await guests.destroy(uuid);
}

describe(`${SERVERS} servers of one name at once, ${ROUNDS} rounds`, () => {
  it('are each as it should be, or gone, and nothing is left of those', async () => {
    const wrong = [];
    const seen = { kept: 0, gone: 0 };
    for (let seed = FIRST; seed < FIRST + ROUNDS; seed += 1) {
      const lives = Array.from({ length: SERVERS }, (_, at) => live(numbersOf(seed * SERVERS + at)));
      const played = await Promise.all(lives);
      await new ServerGuests(cells.services.database, cells.services.cells, guests).sweep(() => {});
      const found = await faults(played);
      if (found.length > 0) wrong.push({ seed, found });
      for (const { isKept } of played) seen[isKept ? 'kept' : 'gone'] += 1;
      await clear();
    }
    expect(wrong).toEqual([]);
    expect(Math.min(seen.kept, seen.gone)).toBeGreaterThan(0);
  });
});
