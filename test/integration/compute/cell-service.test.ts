import { describe, expect, it } from '@jest/globals';
import type { NewCell } from '../../../src/rules/compute/new-cell.ts';
import { actor, CANARY, type TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';

let server: TestPostgres;
let cells: TestCells;
cellsPerFile(2, (made) => ({ server, cells } = made));

const wanted = (name: string, more: Partial<NewCell> = {}): NewCell => ({
  name,
  databaseConnection: cells.urlOf(name),
  transportUrl: `rabbit://nova:${CANARY}@${name}.mq/`,
  isDisabled: false,
  ...more,
});
const create = (cell: NewCell, by = actor()) => cells.services.cellService.create(cell, by);
const mapped = () =>
  server.query(cells.api, 'select name, transport_url, disabled from cell_mappings order by id');
const audited = (requestId: string) =>
  server.query(cells.api, 'select action, resource_name, after from keyward.audit where request_id = $1', [
    requestId,
  ]);

it('a new cell is a row and an entry of the audit, which holds no URL', async () => {
  const by = actor();
  const cell = await create(wanted('made', { isDisabled: true }), by);
  expect(await mapped()).toContainEqual({
    name: 'made',
    transport_url: `rabbit://nova:${CANARY}@made.mq/`,
    disabled: true,
  });
  expect(await audited(by.requestId)).toEqual([
    { action: 'create', resource_name: 'made', after: { uuid: cell.uuid, name: 'made', disabled: true } },
  ]);
});

it('without a message queue it is none:///, of which there may be several', async () => {
  await create(wanted('alone', { transportUrl: null }));
  await create(wanted('lonely', { transportUrl: null }));
  expect(await mapped()).toContainEqual({ name: 'lonely', transport_url: 'none:///', disabled: false });
});

it('the URL of a cell that is mapped already need not be one that can be made', async () => {
  const none = (): string => {
    throw new Error('No URL can be made.');
  };
  const wants = (name: string) => [
    { name, isCell0: false, transportUrl: 'none:///', databaseConnection: none },
  ];
  const before = await mapped();
  expect(await cells.services.cellSync.map(actor(), wants('cell1'))).toEqual([]);
  await expect(cells.services.cellSync.map(actor(), wants('nosuch'))).rejects.toThrow('No URL can be made.');
  expect(await mapped()).toEqual(before);
});

describe('refused, and nothing is written:', () => {
  it.each<[string, () => NewCell, string]>([
    [
      'a database of another cell',
      () => wanted('x', { databaseConnection: cells.urlOf(cells.databaseOf('cell1')) }),
      'CellUrlTaken',
    ],
    [
      'a message queue of another cell',
      () => wanted('x', { transportUrl: `rabbit://nova:${CANARY}@cell1.example:5672/` }),
      'CellUrlTaken',
    ],
    ['a name of another cell', () => wanted('cell1'), 'CellNameTaken'],
  ])('%s', async (_, cell, name) => {
    const before = await mapped();
    const error = await create(cell()).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name, outcome: 'unchanged', message: expect.not.stringContaining(CANARY) });
    expect(await mapped()).toEqual(before);
    await expect(cells.services.cellService.assertNew(cell())).rejects.toMatchObject({ name });
  });
});

it('of eight that are made at once with one name, one is made', async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) =>
      create(wanted('race', { databaseConnection: `postgresql://db/race_${at}`, transportUrl: null })),
    ),
  );
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const names = all.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).name] : []));
  expect(new Set(names)).toEqual(new Set(['CellNameTaken']));
});

it('cells are listed by their names, with what is mapped to them', async () => {
  await server.query(
    cells.api,
    `insert into host_mappings (host, cell_id) select 'h' || n, c.id from generate_series(1, 3) n, cell_mappings c where c.name = 'cell1';
     insert into instance_mappings (instance_uuid, project_id, cell_id, queued_for_delete)
     select gen_random_uuid()::text, 'p', c.id, n = 1 from generate_series(1, 5) n, cell_mappings c where c.name = 'cell1'`,
  );
  await server.query(
    cells.databaseOf('cell1'),
    'insert into instances (uuid, deleted) select gen_random_uuid()::text, n % 2 * n from generate_series(1, 6) n',
  );
  const listed = await cells.services.cellService.list(10_000);
  const names = listed.map(({ cell }) => cell.name);
  expect(names).toEqual(names.toSorted());
  expect(listed.find(({ cell }) => cell.name === 'cell1')).toMatchObject({
    hosts: 3,
    instances: 4,
    living: 3,
    revision: 'ab450ba04102',
    isReachable: true,
    problem: null,
  });
  // The databases of the cells above were never made.
  expect(listed.find(({ cell }) => cell.name === 'made')).toMatchObject({
    living: null,
    isReachable: false,
    problem: expect.stringMatching(/no such thing as the database made/),
  });
});
