import { beforeAll, describe, expect, it } from '@jest/globals';
import { FakeDriver } from '../../../src/drivers/compute/fake.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import { createRequest, deleteRequest, HOST, OWNER, USER_DATA } from '../../support/cloud/new-servers.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { ServerGuests } from '../../../src/services/compute/server-guests.ts';

let server: TestPostgres;
let cells: TestCells;
let cell: string;
let guests: FakeDriver;
cellsPerFile(2, (made) => ({ server, cells } = made));
beforeAll(async () => {
  const { uuid } = await cells.services.hosts.register(HOST, 'fake', null);
  cell = uuid;
  guests = new FakeDriver();
});

const inApi = <Row extends object>(sql: string) => server.query<Row>(cells.api, sql);
const inCell = <Row extends object>(sql: string, name = 'cell1') =>
  server.query<Row>(cells.databaseOf(name), sql);
const onHost = () => new ServerGuests(cells.services.database, cells.services.cells, guests);
/** Gives the server as it was spawned; null where it has no guest. */
const spawned = (uuid: string) => guests.servers.find((one) => one.uuid === uuid) ?? null;
type Request = ReturnType<typeof createRequest>;

/** Does each step as many times as said, as a worker that dies after each COMMIT would. */
async function make(request: Request, times = 1): Promise<void> {
  const { serverCreation } = cells.services;
  for (let time = 0; time < times; time += 1) await serverCreation.accept(request);
  for (let time = 0; time < times; time += 1) await serverCreation.place(request);
  for (let time = 0; time < times; time += 1) await onHost().spawn(request);
  for (let time = 0; time < times; time += 1) await serverCreation.finish(request);
}
const remove = async (request: ReturnType<typeof deleteRequest>): Promise<void> => {
  const { serverDeletion } = cells.services;
  await serverDeletion.begin(request);
  await onHost().destroy(request);
  await serverDeletion.finish(request);
};
const rowOf = async (uuid: string, name = 'cell1') => {
  const [row] = await inCell<Record<string, any>>(`select * from instances where uuid = '${uuid}'`, name);
  return row!;
};
const eventsOf = (uuid: string, name = 'cell1') =>
  inCell<Record<string, any>>(
    `select a.action, a.request_id, a.user_id, a.project_id, a.message, e.event, e.host, e.result, e.details
     from instance_actions a left join instance_actions_events e on e.action_id = a.id
     where a.instance_uuid = '${uuid}' order by a.id, e.id`,
    name,
  );
const findings = async () => (await cells.services.cellVerifier.verify(20_000)).findings;

describe('a server is made', () => {
  it('with the rows that a Nova leaves, however often each step is repeated', async () => {
    const request = createRequest(cell, { hasUserData: true });
    await cells.services.serverCreation.keepUserData(request.requestId, USER_DATA);
    await make(request, 2);
    expect(await rowOf(request.uuid)).toMatchObject({
      vm_state: 'active',
      task_state: null,
      power_state: 1,
      host: HOST,
      node: HOST,
      launched_on: HOST,
      user_data: USER_DATA,
      key_name: 'k1',
      config_drive: 'True',
      deleted: 0,
      locked: false,
      display_name: 'Web One',
      hostname: 'web-one',
    });
    const requestId = `req-${request.requestId}`;
    expect(await eventsOf(request.uuid)).toEqual([
      {
        action: 'create',
        request_id: requestId,
        user_id: 'alice',
        project_id: 'demo',
        message: null,
        event: 'compute__do_build_and_run_instance',
        host: HOST,
        result: 'Success',
        details: null,
      },
    ]);
    const [mapping] = await inApi<Record<string, any>>(
      `select m.*, c.name from instance_mappings m join cell_mappings c on c.id = m.cell_id
       where instance_uuid = '${request.uuid}'`,
    );
    expect(mapping).toMatchObject({ name: 'cell1', queued_for_delete: false, user_id: 'alice' });
    expect(await inApi(`select from build_requests where instance_uuid = '${request.uuid}'`)).toEqual([]);
    expect(await inApi(`select from request_specs where instance_uuid = '${request.uuid}'`)).toHaveLength(1);
    expect(await inApi('select from keyward.user_data')).toEqual([]);
    expect(spawned(request.uuid)?.userData).toBe(USER_DATA);
    expect(await findings()).toEqual([]);
  });

  it('and shown as being built until it is in its cell', async () => {
    const request = createRequest(cell);
    await cells.services.serverCreation.accept(request);
    const [build] = await inApi<{ instance: string }>(
      `select instance from build_requests where instance_uuid = '${request.uuid}'`,
    );
    expect(JSON.parse(build!.instance)['nova_object.data']).toMatchObject({
      vm_state: 'building',
      display_name: 'Web One',
      system_metadata: { image_hw_machine_type: 'q35', image_min_disk: '1' },
    });
    expect(await findings()).toEqual([]);
    await cells.services.serverCreation.place(request);
    // Nova's `changes-since` finds no row without the time of a change.
    expect(await rowOf(request.uuid)).toMatchObject({
      vm_state: 'building',
      task_state: 'spawning',
      updated_at: expect.any(Date),
    });
  });

  it('never for a request that is too old, or was given up', async () => {
    const { serverCreation } = cells.services;
    const old = { ...createRequest(cell), askedAt: '2026-01-01T00:00:00.000Z' };
    await expect(serverCreation.accept(old)).rejects.toMatchObject({ name: 'RequestUntimely' });
    const given = createRequest(cell);
    expect(await serverCreation.settle(given)).toBeNull();
    await expect(serverCreation.accept(given)).rejects.toMatchObject({ name: 'RequestWithdrawn' });
    for (const { uuid } of [old, given])
      expect(await inApi(`select from instance_mappings where instance_uuid = '${uuid}'`)).toEqual([]);
  });

  it('never on a host that is not ours, or where a nova-compute reports', async () => {
    const { serverCreation, hosts } = cells.services;
    await expect(serverCreation.accept(createRequest(cell, { host: 'other' }))).rejects.toMatchObject({
      name: 'HostNotOurs',
      cure: expect.stringContaining('openstack server create'),
    });
    await hosts.register('both', 'fake', null);
    await inCell(
      `insert into services (host, "binary", topic, report_count, deleted, last_seen_up)
       values ('both', 'nova-compute', 'compute', 1, 0, clock_timestamp() at time zone 'UTC')`,
    );
    await expect(serverCreation.accept(createRequest(cell, { host: 'both' }))).rejects.toMatchObject({
      name: 'HostNotOurs',
      message: expect.stringContaining('where Nova has a nova-compute'),
    });
    await expect(hosts.register('both', 'fake', null)).rejects.toMatchObject({ name: 'HostIsNovas' });
    await inCell("delete from services where host = 'both'");
  });

  it('but not where its user data is gone', async () => {
    const request = createRequest(cell, { hasUserData: true });
    await expect(cells.services.serverCreation.accept(request)).rejects.toMatchObject({
      name: 'UserDataGone',
      outcome: 'unchanged',
    });
  });
});

describe('a server that fails', () => {
  it('is left in ERROR, with a fault of which its owner may read the kind of error alone', async () => {
    const request = createRequest(cell);
    const { serverCreation } = cells.services;
    await serverCreation.accept(request);
    await serverCreation.place(request);
    const reason = `The image ${'x'.repeat(300)} is gone.`;
    for (let time = 0; time < 2; time += 1)
      await serverCreation.fail({ ...request, name: 'NoImage', reason });
    expect(await rowOf(request.uuid)).toMatchObject({ vm_state: 'error', task_state: null, host: HOST });
    const faults = await inCell<Record<string, any>>(
      `select code, message, details from instance_faults where instance_uuid = '${request.uuid}'`,
    );
    expect(faults).toEqual([
      { code: 500, message: 'The build of the server failed on its host: NoImage.', details: reason },
    ]);
    expect(await eventsOf(request.uuid)).toMatchObject([
      { result: 'Error', message: 'Error', details: expect.stringContaining('NoImage') },
    ]);
    await expect(serverCreation.finish(request)).rejects.toMatchObject({ name: 'InstanceConflict' });
  });

  it('before it is in its cell is put into cell0', async () => {
    const request = createRequest(cell);
    const { serverCreation } = cells.services;
    await serverCreation.accept(request);
    await serverCreation.fail({ ...request, name: 'NoImage', reason: 'The cell has no schema.' });
    expect(await rowOf(request.uuid, 'cell0')).toMatchObject({ vm_state: 'error' });
    expect(await eventsOf(request.uuid, 'cell0')).toMatchObject([{ result: 'Error' }]);
    expect(await findings()).toEqual([]);
    await remove(deleteRequest(request.uuid, '00000000-0000-0000-0000-000000000000'));
    expect(await rowOf(request.uuid, 'cell0')).toMatchObject({ vm_state: 'deleted' });
  });
});

describe('a server that Nova deletes meanwhile', () => {
  it('leaves nothing where its build request is gone', async () => {
    const request = createRequest(cell);
    const { serverCreation } = cells.services;
    await serverCreation.accept(request);
    await inApi(`delete from build_requests where instance_uuid = '${request.uuid}'`);
    await expect(serverCreation.place(request)).rejects.toMatchObject({ name: 'DeletedMeanwhile' });
    expect(await inCell(`select from instances where uuid = '${request.uuid}'`)).toEqual([]);
  });

  it('is not brought back by the steps that are left, and its guest is removed', async () => {
    const request = createRequest(cell);
    const { serverCreation } = cells.services;
    await serverCreation.accept(request);
    await serverCreation.place(request);
    await onHost().spawn(request);
    await inCell(`update instances set deleted = id, vm_state = 'deleted' where uuid = '${request.uuid}'`);
    await expect(serverCreation.finish(request)).rejects.toMatchObject({ name: 'DeletedMeanwhile' });
    await serverCreation.fail({ ...request, name: 'NoImage', reason: 'x' });
    expect(await rowOf(request.uuid)).toMatchObject({ vm_state: 'deleted' });
    await onHost().sweep(() => {});
    expect(spawned(request.uuid)).toBeNull();
  });
});

describe('a server is deleted', () => {
  it('with the rows that a Nova leaves', async () => {
    const request = createRequest(cell);
    await make(request);
    const deletion = deleteRequest(request.uuid, cell);
    await remove(deletion);
    await remove(deletion);
    expect(await rowOf(request.uuid)).toMatchObject({
      vm_state: 'deleted',
      power_state: 0,
      task_state: null,
    });
    for (const table of [
      'instance_extra',
      'instance_system_metadata',
      'instance_metadata',
      'block_device_mapping',
    ])
      expect(
        await inCell(`select from ${table} where instance_uuid = '${request.uuid}' and deleted <> id`),
      ).toEqual([]);
    expect(await inCell(`select from tags where resource_id = '${request.uuid}'`)).toEqual([]);
    expect(await eventsOf(request.uuid)).toMatchObject([
      { action: 'create', result: 'Success' },
      { action: 'delete', event: 'compute_terminate_instance', result: 'Success', user_id: 'alice' },
    ]);
    expect(spawned(request.uuid)).toBeNull();
    expect(await findings()).toEqual([]);
  });

  it.each([
    ['that is locked, by a member', `locked = true, locked_by = 'owner'`, OWNER, 'InstanceLocked'],
    ['that is protected', 'disable_terminate = true', { userId: null, projectId: null }, 'TerminateDisabled'],
  ])('but not one %s', async (_, change, caller, name) => {
    const request = createRequest(cell);
    await make(request);
    await inCell(`update instances set ${change} where uuid = '${request.uuid}'`);
    const deletion = deleteRequest(request.uuid, cell, { caller });
    await expect(cells.services.serverDeletion.begin(deletion)).rejects.toMatchObject({
      name,
      outcome: 'unchanged',
    });
    expect(await rowOf(request.uuid)).toMatchObject({ vm_state: 'active', task_state: null });
    expect(await eventsOf(request.uuid)).toHaveLength(1);
    const [mapping] = await inApi<Record<string, any>>(
      `select queued_for_delete from instance_mappings where instance_uuid = '${request.uuid}'`,
    );
    expect(mapping).toEqual({ queued_for_delete: false });
  });

  it('an admin of no project deletes a locked one, and the rows say so', async () => {
    const request = createRequest(cell);
    await make(request);
    await inCell(`update instances set locked = true, locked_by = 'owner' where uuid = '${request.uuid}'`);
    await remove(deleteRequest(request.uuid, cell, { caller: { userId: null, projectId: null } }));
    expect((await eventsOf(request.uuid)).at(-1)).toMatchObject({ user_id: null, project_id: null });
  });
});
