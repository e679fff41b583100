import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Database } from '../../../src/database/database.ts';
import { CellMapping } from '../../../src/database/nova-api/cell-mapping.entity.ts';
import { countMapped, listCellMappings } from '../../../src/database/nova-api/cell-mapping.repository.ts';
import { novaApiSchema } from '../../../src/database/nova-api/schema.ts';
import { Service } from '../../../src/database/nova-cell/host.entity.ts';
import {
  finishEvent,
  insertAction,
  startEvent,
} from '../../../src/database/nova-cell/instance-action.repository.ts';
import {
  deleteSystemMetadata,
  findInstance,
  putSystemMetadata,
} from '../../../src/database/nova-cell/instance.repository.ts';
import { novaCellSchema } from '../../../src/database/nova-cell/schema.ts';
import { softDelete } from '../../../src/database/nova-cell/soft-delete.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { recorded } from '../../support/cloud/recorded.ts';
import { syncedDatabase } from '../../support/cloud/synced-database.ts';

let server: TestPostgres;
let cell: Database;
let api: Database;
beforeAll(async () => {
  server = await TestPostgres.start();
  [cell, api] = [await syncedDatabase(server, novaCellSchema), await syncedDatabase(server, novaApiSchema)];
  await server.query(cell.address.database, recorded('nova/rows-cell.sql.zst'));
  await server.query(api.address.database, recorded('nova/rows-api.sql'));
});
afterAll(async () => {
  await cell?.close();
  await api?.close();
  await server.stop();
});

const inCell = <T extends object>(sql: string, values: unknown[] = []): Promise<T[]> =>
  server.query<T>(cell.address.database, sql, values);
const FRESH =
  "between (now() at time zone 'UTC') - interval '1 minute' and clock_timestamp() at time zone 'UTC'";

/** Recorded from a running Nova: this one lives, the other is deleted. */
let living: string;
let deleted: string;
beforeAll(async () => {
  [living, deleted] = (await Promise.all(
    ['deleted = 0', 'deleted <> 0'].map(async (is) => {
      const [row] = await inCell<{ uuid: string }>(
        `select uuid from instances where ${is} order by id limit 1`,
      );
      return row!.uuid;
    }),
  )) as [string, string];
});

describe('a server of a cell', () => {
  it('is found with what Nova keeps of it elsewhere', async () => {
    const found = await cell.read((em) => findInstance(em, living));
    const rows = await inCell<{ key: string; value: string }>(
      'select key, value from instance_system_metadata where instance_uuid = $1',
      [living],
    );
    expect(rows.length).toBeGreaterThan(3);
    expect(found!.systemMetadata).toEqual(Object.fromEntries(rows.map(({ key, value }) => [key, value])));
    expect(found!.instance).toMatchObject({ uuid: living, isDeleted: false, configDrive: false });
    expect(JSON.parse(found!.extra!.flavor!)).toMatchObject({ cur: { 'nova_object.name': 'Flavor' } });
  });

  it('is not found where it is deleted, or not there', async () => {
    expect(await cell.read((em) => findInstance(em, deleted))).toBeNull();
    expect(await cell.read((em) => findInstance(em, '00000000-0000-0000-0000-000000000000'))).toBeNull();
  });

  it('can be locked, and then others wait', async () => {
    const other = await server.connect(cell.address.database);
    await cell.transact(null, async (em) => {
      expect(await findInstance(em, living, { lock: true })).not.toBeNull();
      const attempt = other.query('select from instances where uuid = $1 for update nowait', [living]);
      await expect(attempt).rejects.toMatchObject({ code: '55P03' });
    });
    await other.end();
  });

  it('gets a key of system metadata, another value for it, and loses it again', async () => {
    const put = (value: string) =>
      cell.transact(null, (em) => putSystemMetadata(em, living, 'locked_reason', value));
    const remove = () => cell.transact(null, (em) => deleteSystemMetadata(em, living, 'locked_reason'));
    const rows = () =>
      inCell(
        `select value, deleted, deleted_at, created_at ${FRESH} as made, updated_at ${FRESH} as changed
         from instance_system_metadata where instance_uuid = $1 and key = 'locked_reason'`,
        [living],
      );
    await put('a');
    expect(await rows()).toEqual([{ value: 'a', deleted: 0, deleted_at: null, made: true, changed: null }]);
    await put('b');
    expect(await rows()).toEqual([{ value: 'b', deleted: 0, deleted_at: null, made: true, changed: true }]);
    expect(await remove()).toBe(true);
    expect(await rows()).toEqual([]);
    expect(await remove()).toBe(false);
  });
});

describe('an action', () => {
  const request = { action: 'lock', requestId: 'req-1', userId: 'u', projectId: 'p' };
  const act = (error: string | null) =>
    cell.transact(null, async (em) => {
      const actionId = await insertAction(em, { ...request, instanceUuid: living });
      const id = await startEvent(em, { actionId, event: 'api_lock', host: 'peer1' });
      await finishEvent(em, { id, actionId, error });
      return { actionId, id };
    });

  it.each([
    ['that succeeds', null, { result: 'Success', details: null, message: null }],
    ['that fails', 'No room.', { result: 'Error', details: 'No room.', message: 'Error' }],
  ])('%s has the columns that Nova gives it', async (_, error, outcome) => {
    const { actionId, id } = await act(error);
    const [row] = await inCell(
      `select action, request_id, user_id, project_id, a.message, a.finish_time, a.deleted, e.deleted as "eventDeleted",
         event, host, result, details, traceback, a.created_at ${FRESH} and a.start_time ${FRESH}
           and a.updated_at >= e.start_time and e.start_time <= e.finish_time and e.updated_at ${FRESH} as timed
       from instance_actions a join instance_actions_events e on e.action_id = a.id where a.id = $1 and e.id = $2`,
      [actionId, id],
    );
    expect(row).toEqual({
      action: 'lock',
      request_id: 'req-1',
      user_id: 'u',
      project_id: 'p',
      finish_time: null,
      deleted: 0,
      eventDeleted: 0,
      event: 'api_lock',
      host: 'peer1',
      traceback: null,
      timed: true,
      ...outcome,
    });
  });
});

describe('soft deletion', () => {
  const all = () =>
    inCell<{ id: number }>('select id, updated_at, deleted, deleted_at from services order by id');
  let before: { id: number }[];
  beforeEach(async () => {
    before = await all();
  });

  it("writes the row's id and the database's time, once, and nothing else", async () => {
    const [first, ...others] = before;
    const remove = () => cell.transact(null, (em) => softDelete(em, Service, { id: first!.id }));
    expect(await remove()).toBe(1);
    const [gone, ...left] = await all();
    expect(left).toEqual(others);
    expect(gone).toEqual({ ...first, deleted: first!.id, deleted_at: expect.any(Date) });
    expect(await inCell(`select from services where deleted_at ${FRESH}`)).toHaveLength(1);
    expect(await remove()).toBe(0);
    expect((await all())[0]).toEqual(gone);
  });

  it('is read as such, and a transaction that has read deleted rows writes none of them', async () => {
    const states = await cell.transact(null, async (em) =>
      (await em.find(Service, {}, { orderBy: { id: 'asc' } })).map(({ isDeleted }) => isDeleted),
    );
    expect(states).toEqual([true, ...before.slice(1).map(() => false)]);
    expect(await cell.read((em) => em.count(Service, { isDeleted: false }))).toBe(before.length - 1);
    expect(await all()).toEqual(before);
  });

  it('is refused to whoever writes the flag himself', async () => {
    const { id } = before[1]!;
    const writes = [
      () => cell.transact(null, (em) => em.nativeUpdate(Service, { id }, { isDeleted: true })),
      () =>
        cell.transact(null, async (em) => {
          (await em.findOneOrFail(Service, { id })).isDeleted = true;
        }),
    ];
    for (const write of writes) await expect(write()).rejects.toThrow(/integer/);
    expect(await all()).toEqual(before);
  });
});

describe('cells', () => {
  it('are listed in the order of their ids, with their stored URLs', async () => {
    await api.transact(null, (em) =>
      em.insert(CellMapping, {
        id: 9,
        uuid: 'nameless',
        name: null,
        transportUrl: null,
        databaseConnection: null,
      }),
    );
    const cells = await api.read(listCellMappings);
    expect(cells).toEqual([
      {
        id: 1,
        uuid: '00000000-0000-0000-0000-000000000000',
        name: 'cell0',
        transportUrl: 'none:///',
        databaseConnection: 'postgresql+psycopg2://nova:nova@127.0.0.1:55433/nova_cell0',
        isDisabled: false,
      },
      expect.objectContaining({
        id: 2,
        name: 'cell1',
        transportUrl: 'rabbit://guest:guest@127.0.0.1:56733/',
      }),
      { id: 9, uuid: 'nameless', name: null, transportUrl: '', databaseConnection: '', isDisabled: false },
    ]);
  });

  it('are counted with the hosts and the living servers that are mapped to them', async () => {
    const mappings = await server.query<{ cell_id: number; queued_for_delete: boolean }>(
      api.address.database,
      'select cell_id, queued_for_delete from instance_mappings',
    );
    const livingIn = (cellId: number): number =>
      mappings.filter((row) => row.cell_id === cellId && !row.queued_for_delete).length;
    expect([mappings.length, livingIn(2)]).toEqual([21, 1]);
    expect(Object.fromEntries(await api.read(countMapped))).toEqual({
      1: { hosts: 0, instances: livingIn(1) },
      2: { hosts: 1, instances: livingIn(2) },
      9: { hosts: 0, instances: 0 },
    });
  });
});
