import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import { FakeDriver } from '../../../src/drivers/compute/fake.ts';
import { createRequest, deleteRequest, HOST } from '../../support/cloud/new-servers.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { plantBuildRequest } from '../../support/cloud/servers.ts';
import { Died, shakyWorker } from '../../support/cloud/shaky-worker.ts';

let server: TestPostgres;
let cells: TestCells;
let cell: string;
const guests = new FakeDriver();
cellsPerFile(2, (made) => ({ server, cells } = made));
beforeAll(async () => {
  ({ uuid: cell } = await cells.services.hosts.register(HOST, 'fake', null));
});

const inApi = <Row extends object>(sql: string) => server.query<Row>(cells.api, sql);
const inCell = <Row extends object>(sql: string, name = 'cell1') =>
  server.query<Row>(cells.databaseOf(name), sql);
type Request = ReturnType<typeof createRequest>;
const rowOf = async (uuid: string) =>
  (await inCell<Record<string, any>>(`select * from instances where uuid = '${uuid}'`))[0]!;
const findings = async () => (await cells.services.cellVerifier.verify(20_000)).findings;

/** Brings a server as far as an attempt that dies between its cell and its mapping. */
async function writeUnmapped(): Promise<Request> {
  const request = createRequest(cell);
  await cells.services.serverCreation.accept(request);
  let isWritten = false;
  const dying = shakyWorker(cells.services, guests, async () => {
    isWritten = (await inCell(`select from instances where uuid = '${request.uuid}'`)).length > 0;
    if (isWritten) throw new Died();
  });
  await expect(dying.creation.place(request)).rejects.toThrow(Died);
  expect(isWritten).toBe(true);
  return request;
}
const mappedTo = (uuid: string) =>
  inApi(
    `select c.name from instance_mappings m left join cell_mappings c on c.id = m.cell_id where instance_uuid = '${uuid}'`,
  );
const living = (uuid: string, name = 'cell1') =>
  inCell(`select from instances where uuid = '${uuid}' and deleted = 0`, name);

describe('a server that was written into its cell and not mapped to it', () => {
  it('stays there when it fails then', async () => {
    const request = await writeUnmapped();
    await cells.services.serverCreation.fail({
      ...request,
      name: 'NoImage',
      reason: 'The run was cancelled.',
    });
    expect(await rowOf(request.uuid)).toMatchObject({ vm_state: 'error', deleted: 0 });
    expect(await inCell(`select from instances where uuid = '${request.uuid}'`, 'cell0')).toEqual([]);
    expect(await mappedTo(request.uuid)).toEqual([{ name: 'cell1' }]);
    expect(await findings()).toEqual([]);
  });

  it('leaves nothing where Nova deletes its build request then', async () => {
    const request = await writeUnmapped();
    await inApi(`delete from build_requests where instance_uuid = '${request.uuid}'`);
    await expect(cells.services.serverCreation.place(request)).rejects.toMatchObject({
      name: 'DeletedMeanwhile',
    });
    expect(await living(request.uuid)).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  it('leaves nothing where the run has ended besides', async () => {
    const request = await writeUnmapped();
    await inApi(`delete from build_requests where instance_uuid = '${request.uuid}'`);
    expect(await cells.services.serverCreation.settle(request)).toBe('gone');
    expect(await living(request.uuid)).toEqual([]);
    expect(await mappedTo(request.uuid)).toEqual([]);
    expect(await findings()).toEqual([]);
  });

  it('is deleted from there as one that is only being built', async () => {
    const request = await writeUnmapped();
    await endBuilding(request.uuid);
    expect(await living(request.uuid)).toEqual([]);
  });

  it('is not brought back by an attempt that comes when it is in cell0 already', async () => {
    const request = createRequest(cell);
    await cells.services.serverCreation.accept(request);
    const late = shakyWorker(cells.services, guests, async () => {
      if (isLate) return;
      const isRead = ++turns === 2;
      if (isRead) {
        isLate = true;
        await cells.services.serverCreation.fail({ ...request, name: 'NoImage', reason: 'x' });
      }
    });
    let [turns, isLate] = [0, false];
    await late.creation.place(request);
    expect(isLate).toBe(true);
    expect(await living(request.uuid)).toEqual([]);
    expect(await living(request.uuid, 'cell0')).toHaveLength(1);
    expect(await findings()).toEqual([]);
  });
});

/** Deletes a server that is only being built. */
async function endBuilding(uuid: string): Promise<void> {
  const { serverDeletion, serverFinder } = cells.services;
  const place = await serverFinder.locate(uuid);
  expect(place.cell).toBeNull();
  const request = deleteRequest(uuid, null, { host: await serverDeletion.assertOurs(place) });
  for (let time = 0; time < 2; time += 1) await serverDeletion.begin(request);
  for (let time = 0; time < 2; time += 1) await serverDeletion.finish(request);
  expect(await serverDeletion.settle(request)).toBeNull();
  expect(await mappedTo(uuid)).toEqual([]);
  expect(await findings()).toEqual([]);
}

describe('a server whose run ended while it was only being built', () => {
  it('is deleted without a trace but the audit', async () => {
    const request = createRequest(cell);
    await cells.services.serverCreation.accept(request);
    await endBuilding(request.uuid);
    expect(await inApi(`select from request_specs where instance_uuid = '${request.uuid}'`)).toEqual([]);
    const audited = await inApi(
      `select action, resource_name as name, before ->> 'host' as host from keyward.audit
       where resource_id = '${request.uuid}' order by id`,
    );
    expect(audited.at(-1)).toEqual({ action: 'delete', name: 'Web One', host: HOST });
    await expect(cells.services.serverCreation.place(request)).rejects.toMatchObject({
      name: 'DeletedMeanwhile',
    });
    expect(await living(request.uuid)).toEqual([]);
  });

  it('but not by a request for what has got into its cell meanwhile', async () => {
    const { serverCreation, serverDeletion } = cells.services;
    const request = createRequest(cell);
    await serverCreation.accept(request);
    await serverCreation.place(request);
    await serverCreation.finish(request);
    await expect(serverDeletion.begin(deleteRequest(request.uuid, null))).rejects.toMatchObject({
      name: 'ServerPlaced',
      outcome: 'unchanged',
    });
    expect(await rowOf(request.uuid)).toMatchObject({ vm_state: 'active', task_state: null });
  });

  it('but not where it is a Nova that builds it', async () => {
    const uuid = await plantBuildRequest({ server, cells }, {});
    const place = await cells.services.serverFinder.locate(uuid);
    await expect(cells.services.serverDeletion.assertOurs(place)).rejects.toMatchObject({
      name: 'ServerBuilding',
    });
    await inApi(`delete from build_requests where instance_uuid = '${uuid}'`);
  });
});
