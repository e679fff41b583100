import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Client } from 'pg';
import { listInstances } from '../../../src/database/nova-cell/instances.ts';
import { withinMs } from '../../../src/database/patience.ts';
import { CellVerifier } from '../../../src/services/compute/cell-verifier.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';

const CELLS = 6;

let server: TestPostgres;
let cells: TestCells;
cellsPerFile(CELLS, (made) => ({ server, cells } = made));
beforeAll(() => cells.keep());
afterEach(async () => {
  jest.restoreAllMocks();
  await cells.restore();
});

const inApi = (sql: string) => server.query(cells.api, sql);
const verify = () => cells.services.cellVerifier.verify(20_000);
const uuidOf = (n: string): string => `'aa000000-0000-4000-8000-' || lpad((${n})::text, 12, '0')`;
/** Runs something just before all cells are asked for this time, as a Nova might that works meanwhile. */
const beforeAsking = (time: number, work: () => Promise<unknown>): void => {
  const all = cells.services.cells;
  const each = all.each.bind(all);
  let asked = 0;
  jest.spyOn(all, 'each').mockImplementation((async (...args: Parameters<typeof each>) => {
    asked += 1;
    if (asked === time) await work();
    return each(...args);
  }) as typeof all.each);
};

it('however many cells differ, the API database is asked for what differs once', async () => {
  await inApi(
    "insert into instance_mappings (project_id, cell_id, instance_uuid) select 'p', id, gen_random_uuid()::text from cell_mappings",
  );
  const reads = jest.spyOn(cells.services.database, 'read');
  const { findings, unasked } = await verify();
  expect(unasked).toEqual([]);
  expect(findings.map(({ kind }) => kind)).toEqual(
    Array.from({ length: CELLS }, () => 'mapping-without-instance'),
  );
  // The cells, what differs, and the second look.
  expect(reads).toHaveBeenCalledTimes(3);
});

describe('of more than are looked at at once', () => {
  const mapNone = () =>
    inApi(
      `insert into instance_mappings (id, project_id, instance_uuid) select n, 'p', ${uuidOf('n')} from generate_series(1, 250) n`,
    );

  it('mappings to no cell, some are told of as some', async () => {
    await mapNone();
    const { findings } = await verify();
    expect(findings).toMatchObject([
      { kind: 'mapping-without-cell', count: 200, details: expect.stringMatching(/^At least 200 mappings/) },
    ]);
  });

  it('mappings to no cell, it goes on where the first were cleared', async () => {
    await mapNone();
    beforeAsking(2, () => inApi('delete from instance_mappings where id <= 200'));
    const { findings } = await verify();
    expect(findings).toMatchObject([
      { kind: 'mapping-without-cell', count: 50, details: expect.stringMatching(/^50 mappings/) },
    ]);
  });

  it('instances of a cell, it goes on where the first were cleared', async () => {
    await server.query(
      cells.databaseOf('cell2'),
      `insert into instances (uuid, deleted) select ${uuidOf('n')}, 0 from generate_series(1, 300) n`,
    );
    // They are looked at in the order in which the database lists them.
    const { answers } = await cells.services.cells.each((em) => listInstances(em, ['aa']));
    const listed = [...answers.find(({ cell }) => cell.name === 'cell2')!.value.keys()];
    beforeAsking(3, () =>
      server.query(
        cells.api,
        `insert into instance_mappings (project_id, cell_id, instance_uuid)
         select 'p', c.id, listed from unnest($1::text[]) listed, cell_mappings c where c.name = 'cell2'`,
        [listed.slice(0, 200)],
      ),
    );
    const { findings } = await verify();
    expect(findings).toMatchObject([
      {
        kind: 'instance-not-mapped',
        count: 100,
        details: expect.stringMatching(/^100 instances of cell cell2 without a mapping: /),
      },
    ]);
  });
});

it('what there was no time to compare is not passed over', async () => {
  await inApi(
    "insert into instance_mappings (project_id, cell_id, instance_uuid) select 'p', id, gen_random_uuid()::text from cell_mappings where name = 'cell2'; insert into instance_mappings (project_id, instance_uuid) values ('p', gen_random_uuid()::text)",
  );
  const { database, cells: all } = cells.services;
  let now = 0;
  const each = all.each.bind(all);
  jest.spyOn(all, 'each').mockImplementation((async (...args: Parameters<typeof each>) => {
    const answers = await each(...args);
    now += 20_000;
    return answers;
  }) as typeof all.each);
  const { findings, unasked } = await new CellVerifier(database, all, () => now).verify(20_000);
  expect(unasked.map(({ name }) => name)).toEqual(['cell2']);
  expect(findings).toMatchObject([
    { kind: 'cell-unreachable', details: expect.stringMatching(/no time left to compare .* of cell cell2/) },
    { kind: 'mapping-without-cell', details: expect.stringMatching(/^There was no time/) },
  ]);
});

describe('with mappings that somebody else has locked', () => {
  let holder: Client;
  beforeAll(async () => {
    holder = await server.connect(cells.api);
    await holder.query('begin');
    await holder.query('lock table instance_mappings');
  });
  afterAll(() => holder.end());
  // The tables are put back after each test, for which the lock must be gone.
  afterEach(() => holder.query('rollback'));

  it('the cells are told of without them, and nothing is compared', async () => {
    const services = await cells.open({ patience: withinMs(1000) });
    const start = performance.now();
    const listed = await services.cellService.list(1000);
    expect(listed).toHaveLength(CELLS);
    for (const state of listed)
      expect(state).toMatchObject({ hosts: null, instances: null, living: 0, isReachable: true });
    expect(listed[0]!.problem).toMatch(/^The database \S+ at /);
    await expect(services.cellVerifier.verify(1000)).rejects.toMatchObject({
      name: expect.stringMatching(/^Database(Locked|TooSlow)$/),
      exitCode: 69,
    });
    expect(performance.now() - start).toBeLessThan(10_000);
    await services.close();
  });
});
