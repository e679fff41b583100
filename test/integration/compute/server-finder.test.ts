import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NEWEST_FIRST } from '../../../src/rules/compute/server-order.ts';
import { BlackHole } from '../../support/cloud/black-hole.ts';
import { CANARY, type TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { plantBuildRequest, type PlantedServer, plantServers } from '../../support/cloud/servers.ts';

/** What a cell that does not answer may cost a test. */
const DEADLINE_MS = 600;

let server: TestPostgres;
let cells: TestCells;
cellsPerFile(3, (made) => ({ server, cells } = made));

const plant = async (cell: string, wanted: PlantedServer): Promise<string> =>
  (await plantServers({ server, cells }, cell, [wanted]))[0]!;
const finder = () => cells.services.serverFinder;
const options = { deadlineMs: DEADLINE_MS };
/** What a refusal is: its name, its exit code, and that nothing was changed. */
const refusal = (name: string, exitCode: number, message: string) =>
  expect.objectContaining({
    name,
    exitCode,
    outcome: 'unchanged',
    message: expect.stringContaining(message),
  });

let one: string;
let twins: string[];
let gone: string;
let lost: string;
let moved: string;
let requested: string;

beforeAll(async () => {
  one = await plant('cell1', { display_name: 'one' });
  twins = [
    await plant('cell1', { display_name: 'twin' }),
    await plant('cell2', { display_name: 'twin', vm_state: 'error' }),
  ];
  await plant('cell2', { display_name: 'twin', deleted: true });
  gone = await plant('cell2', { display_name: 'gone', deleted: true, vm_state: 'deleted' });
  lost = await plant('cell0', { display_name: 'lost' });
  await server.query(cells.api, `delete from instance_mappings where instance_uuid = '${lost}'`);
  moved = await plant('cell2', { display_name: 'moved' });
  await server.query(
    cells.api,
    `update instance_mappings set cell_id = (select id from cell_mappings where name = 'cell1')
     where instance_uuid = '${moved}'`,
  );
  requested = await plantBuildRequest({ server, cells }, { display_name: 'requested' });
});

describe('a server is found', () => {
  it.each<[string, () => string, string, () => string]>([
    ['by its name', () => 'one', 'cell1', () => one],
    ['by its uuid', () => one, 'cell1', () => one],
    ['by its uuid in capital letters', () => one.toUpperCase(), 'cell1', () => one],
    ['by its uuid, where several have its name', () => twins[1]!, 'cell2', () => twins[1]!],
    ['though it has no mapping', () => lost, 'cell0', () => lost],
    ['though it is mapped to another cell', () => moved, 'cell2', () => moved],
  ])('%s', async (_, nameOrId, cell, uuid) => {
    expect(await finder().find(nameOrId())).toMatchObject({ cell: { name: cell }, uuid: uuid() });
  });

  it('by a uuid though it was deleted, where that is asked for', async () => {
    const found = await finder().find(gone, { deleted: true });
    expect(found).toMatchObject({ cell: { name: 'cell2' }, uuid: gone, isDeleted: true });
  });

  it('in no cell yet, by whoever can do with that', async () => {
    for (const nameOrId of [requested, 'requested'])
      expect(await finder().locate(nameOrId)).toEqual({ cell: null, uuid: requested, isDeleted: false });
  });

  it('by a name that is written as a uuid is', async () => {
    const name = randomUUID();
    const uuid = await plant('cell1', { display_name: name });
    expect(await finder().find(name)).toMatchObject({ uuid });
  });
});

describe('refused is', () => {
  it.each<[string, () => string, unknown]>([
    ['a name that nothing has', () => 'nobody', refusal('NotFound', 1, "name or ID of 'nobody'")],
    ['a uuid that nothing has', () => randomUUID(), refusal('NotFound', 1, 'No server with')],
    ['the name of one that was deleted', () => 'gone', refusal('NotFound', 1, "'gone'")],
    ['one that was deleted', () => gone, refusal('ServerDeleted', 1, 'was deleted')],
    ['one that is being built', () => 'requested', refusal('ServerBuilding', 1, 'no cell has been chosen')],
  ])('%s', (_, nameOrId, expected) => expect(finder().find(nameOrId())).rejects.toEqual(expected));

  it('a name that several have, with each of them', async () => {
    const each = `${twins[0]} (cell cell1, ACTIVE), ${twins[1]} (cell cell2, ERROR)`;
    await expect(finder().find('twin')).rejects.toEqual(refusal('Ambiguous', 1, each));
  });
});

describe('where a cell does not answer', () => {
  let hole: BlackHole;
  let unseen: string;
  beforeAll(async () => {
    hole = await BlackHole.open();
    await cells.add(`postgresql://nova:${CANARY}@127.0.0.1:${hole.port}/nova_hole`);
    unseen = randomUUID();
    await server.query(
      cells.api,
      `insert into instance_mappings (instance_uuid, cell_id, project_id)
       select '${unseen}', id, 'p1' from cell_mappings where name = 'cell3'`,
    );
  });
  afterAll(() => hole.close());

  it('a server of another one is found by its uuid', async () => {
    expect(await finder().find(one, options)).toMatchObject({ uuid: one });
  });

  it.each<[string, () => string, string]>([
    [
      "its own server's uuid",
      () => unseen,
      'is in cell cell3, which gives no answer: The database of cell cell3',
    ],
    ['a name that no other has', () => 'nobody', 'cell cell3: The database of cell cell3 has not answered'],
    ['a name that another has', () => 'one', `The others have ${'$one'} (cell cell1, ACTIVE).`],
    ['a uuid without a mapping that no other has', () => randomUUID(), 'not all cells answer: cell cell3'],
  ])('%s is not said to be anything', async (_, nameOrId, message) => {
    const told = refusal('CellUnreachable', 69, message.replace('$one', one));
    await expect(finder().find(nameOrId(), options)).rejects.toEqual(told);
  });

  it('nothing that is said holds a password', async () => {
    const error = await finder()
      .find('nobody', options)
      .catch((caught: Error) => caught);
    expect(JSON.stringify([error, (error as Error).message])).not.toContain(CANARY);
  });

  it('a list has what the others have, and tells of it once', async () => {
    const failures: string[] = [];
    const pages = cells.services.serverList.list(
      {},
      {
        order: NEWEST_FIRST,
        isLong: true,
        deadlineMs: DEADLINE_MS,
        onFailure: ({ cell }) => failures.push(cell.name!),
      },
    );
    const listed: string[] = [];
    for await (const page of pages) listed.push(...page.map(({ uuid }) => uuid));
    expect(listed).toEqual(expect.arrayContaining([one, ...twins, lost, moved, requested]));
    expect(failures).toEqual(['cell3']);
  });

  it('a marker of it is refused, since nobody knows where it lies', async () => {
    const pages = cells.services.serverList.list(
      {},
      { order: NEWEST_FIRST, marker: unseen, isLong: false, deadlineMs: DEADLINE_MS, onFailure: () => {} },
    );
    await expect(pages.next()).rejects.toEqual(refusal('CellUnreachable', 69, 'cell3'));
  });
});
