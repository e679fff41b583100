import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerFilter } from '../../../src/database/nova-cell/server-pages.ts';
import type { ListedServer } from '../../../src/rules/compute/server-view.ts';
import type { ListOptions } from '../../../src/services/compute/server-list.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import {
  clearServers,
  listServers,
  plantBuildRequest,
  type PlantedServer,
  plantServers,
} from '../../support/cloud/servers.ts';

let server: TestPostgres;
let cells: TestCells;
cellsPerFile(4, (made) => ({ server, cells } = made));

const CELLS = ['cell0', 'cell1', 'cell2', 'cell3'];
const plant = (cell: string, wanted: PlantedServer[]) => plantServers({ server, cells }, cell, wanted);

const clear = () => clearServers({ server, cells }, CELLS);
const list = (filter: ServerFilter = {}, options: Partial<ListOptions> = {}) =>
  listServers(cells, filter, options);
const uuids = (servers: ListedServer[]): string[] => servers.map(({ uuid }) => uuid);
const names = async (filter: ServerFilter): Promise<string[]> =>
  (await list(filter)).map(({ name }) => name!).toSorted();

describe('what a list is narrowed to', () => {
  beforeAll(async () => {
    await clear();
    await plant('cell1', [
      { display_name: 'plain', host: 'compute1' },
      { display_name: 'rebooting', task_state: 'rebooting' },
      { display_name: 'rebuilt-active', task_state: 'rebuilding' },
      { display_name: 'locked', locked: true, locked_by: 'admin' },
      { display_name: 'unknown lock', locked: null, project_id: 'p2' },
      { display_name: 'hidden', hidden: true },
    ]);
    await plant('cell2', [
      { display_name: 'rebuilt-error', vm_state: 'error', task_state: 'rebuild_spawning' },
      { display_name: 'gone', deleted: true, vm_state: 'deleted' },
      { display_name: 'soft', vm_state: 'soft-delete' },
      { display_name: 'odd', vm_state: null, project_id: 'p2' },
    ]);
    await plantBuildRequest({ server, cells }, { display_name: 'requested' });
  });

  const LIVING = [
    'locked',
    'odd',
    'plain',
    'rebooting',
    'rebuilt-active',
    'rebuilt-error',
    'requested',
    'unknown lock',
  ];
  const all = (...but: string[]) => LIVING.filter((name) => !but.includes(name));

  it.each<[string, ServerFilter, string[]]>([
    ['nothing: all that live, and neither soft-deleted nor hidden ones', {}, LIVING],
    ['a project', { projectId: 'p2' }, ['odd', 'unknown lock']],
    ['a host, on which nothing is that is being built', { host: 'compute1' }, ['plain']],
    ['locked ones', { locked: true }, ['locked']],
    ['those that are not locked', { locked: false }, all('locked')],
    [
      'ACTIVE, without those that are shown as something else',
      { status: 'ACTIVE' },
      ['locked', 'plain', 'unknown lock'],
    ],
    ['REBUILD, whatever they were before', { status: 'REBUILD' }, ['rebuilt-active', 'rebuilt-error']],
    ['REBOOT', { status: 'REBOOT' }, ['rebooting']],
    ['BUILD, build requests too', { status: 'BUILD' }, ['requested']],
    ['ERROR, of which one is being rebuilt', { status: 'ERROR' }, []],
    ['SOFT_DELETED', { status: 'SOFT_DELETED' }, ['soft']],
    ['DELETED', { status: 'DELETED' }, ['gone']],
    ['deleted ones, soft-deleted ones too', { deleted: true }, ['gone', 'soft']],
    ['a name', { name: '^plain$' }, ['plain']],
    ['a part of a name', { name: 're[bq]u' }, ['rebuilt-active', 'rebuilt-error', 'requested']],
    ['a name, in small letters only', { name: 'Plain' }, []],
    ['several at once', { name: 'o', projectId: 'p1', locked: false, status: 'REBOOT' }, ['rebooting']],
  ])('%s', async (_, filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  it('refuses what is no regular expression before it asks a cell', async () => {
    await expect(list({ name: '*web' })).rejects.toMatchObject({
      name: 'UsageError',
      message: "'*web' is no regular expression.",
    });
  });
});

describe('a server that is a build request', () => {
  afterEach(clear);

  it('is listed once, though a cell has it already, and before what is older', async () => {
    await clear();
    const [both, old] = await plant('cell1', [
      { display_name: 'both', vm_state: 'building', created_at: '2026-06-01 00:00:01' },
      { display_name: 'old' },
    ]);
    await plantBuildRequest({ server, cells }, { uuid: both, display_name: 'both' });
    const requested = await plantBuildRequest(
      { server, cells },
      { display_name: 'requested', flavor: FLAVOR, metadata: { a: 'b' }, image_ref: 'img' },
      '2026-05-01 00:00:00',
    );
    const listed = await list();
    expect(uuids(listed)).toEqual([both, requested, old]);
    expect(listed[1]).toMatchObject({
      status: 'BUILD',
      taskState: 'scheduling',
      flavor: 'm1.tiny',
      metadata: { a: 'b' },
      imageRef: 'img',
      createdAt: '2026-05-01T00:00:00Z',
      cell: null,
    });
  });

  it('is no server where its text can not be read', async () => {
    await server.query(
      cells.api,
      "insert into build_requests (project_id, instance_uuid, instance) values ('p1', 'u', null), ('p1', 'v', '{')",
    );
    expect(await list()).toEqual([]);
  });
});

const FLAVOR = {
  'nova_object.name': 'Flavor',
  'nova_object.namespace': 'nova',
  'nova_object.version': '1.2',
  'nova_object.data': { name: 'm1.tiny', flavorid: '1' },
};

describe('a marker', () => {
  it.each([
    ['no uuid', 'web-1'],
    ['the uuid of nothing', randomUUID()],
  ])('that is %s is refused', async (_, marker) => {
    await expect(list({}, { marker })).rejects.toMatchObject({
      name: 'NotFound',
      message: `The marker '${marker}' is no server's ID.`,
    });
  });

  it('may be a server that was deleted meanwhile, or is a build request', async () => {
    await clear();
    const [newer, gone, older] = await plant('cell2', [
      { created_at: '2026-01-03 00:00:00' },
      { created_at: '2026-01-02 00:00:00', deleted: true },
      { created_at: '2026-01-01 00:00:00' },
    ]);
    expect(uuids(await list({}, { marker: gone }))).toEqual([older]);
    const requested = await plantBuildRequest({ server, cells }, {}, '2026-01-02 12:00:00');
    expect(uuids(await list())).toEqual([newer, requested, older]);
    expect(uuids(await list({}, { marker: requested }))).toEqual([older]);
    expect(uuids(await list({}, { marker: newer!.toUpperCase() }))).toEqual([requested, older]);
  });
});

describe('what a real Nova left', () => {
  beforeAll(async () => {
    await clear();
    await cells.fill();
  });

  it('has flavors, zones and addresses', async () => {
    const listed = await list({}, { isLong: true });
    expect(listed.length).toBeGreaterThan(0);
    for (const one of listed)
      expect(one).toMatchObject({ flavor: 'm1.peer', addresses: {}, pinnedZone: null, cell: 'cell1' });
    expect(new Set(listed.map(({ availabilityZone }) => availabilityZone))).toEqual(new Set(['nova']));
  });

  it('has the zones of the aggregates that hosts are in', async () => {
    await server.query(
      cells.api,
      `insert into aggregates (id, uuid, name) values (1, '${randomUUID()}', 'a'), (2, '${randomUUID()}', 'b');
       insert into aggregate_hosts (host, aggregate_id) values ('peer1', 1), ('peer1', 2);
       insert into aggregate_metadata (aggregate_id, key, value)
         values (1, 'ssd', 'true'), (2, 'availability_zone', 'az2')`,
    );
    const [placed] = await list({ host: 'peer1' }, { isLong: true, limit: 1 });
    expect(placed).toMatchObject({ availabilityZone: 'az2' });
  });
});
