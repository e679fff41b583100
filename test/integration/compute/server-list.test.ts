import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerFilter } from '../../../src/database/nova-cell/server-pages.ts';
import {
  NEWEST_FIRST,
  type ServerOrder,
  serverOrder,
  sortKinds,
} from '../../../src/rules/compute/server-order.ts';
import type { ListedServer } from '../../../src/services/compute/listed-server.ts';
import type { ListOptions } from '../../../src/services/compute/server-list.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { plantBuildRequest, type PlantedServer, plantServers } from '../../support/cloud/servers.ts';

let server: TestPostgres;
let cells: TestCells;
cellsPerFile(4, (made) => ({ server, cells } = made));

const CELLS = ['cell0', 'cell1', 'cell2', 'cell3'];
const plant = (cell: string, wanted: PlantedServer[]) => plantServers({ server, cells }, cell, wanted);

async function clear(): Promise<void> {
  for (const cell of CELLS) await server.query(cells.databaseOf(cell), 'delete from instances');
  await server.query(cells.api, 'delete from instance_mappings; delete from build_requests');
}

async function list(filter: ServerFilter = {}, options: Partial<ListOptions> = {}): Promise<ListedServer[]> {
  const onFailure = ({ error }: { error: Error }) => {
    throw error;
  };
  const pages = cells.services.serverList.list(filter, {
    order: NEWEST_FIRST,
    isLong: false,
    deadlineMs: 8000,
    onFailure,
    ...options,
  });
  const listed: ListedServer[] = [];
  for await (const page of pages) listed.push(...page);
  return listed;
}
const uuids = (servers: ListedServer[]): string[] => servers.map(({ uuid }) => uuid);
const names = async (filter: ServerFilter): Promise<string[]> =>
  (await list(filter)).map(({ name }) => name!).toSorted();

/** A generator whose numbers are the same in each run: mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One column of each kind, and one that two others are made of; all of them take half a minute. */
const SORTED =
  process.env['KEYWARD_STRESS'] === '1'
    ? Object.keys(sortKinds)
    : ['name', 'status', 'power_state', 'locked', 'created_at'];

describe('pages over all cells', () => {
  const SEED = Number(process.env['KEYWARD_SEED'] ?? 20_260_304);
  const NAMES = ['web', 'Web', 'wéb', 'web-10', 'web-2', '\u{1F600}', '￿', ''];
  let all: { cell: string; uuid: string }[];

  /** Few values, so that there are many ties, and empty ones among them. */
  function somebody(random: (below: number) => number): PlantedServer {
    const one = <T>(values: T[]): T => values[random(values.length)]!;
    const locked = one([true, false, null]);
    return {
      uuid: randomUUID(),
      display_name: one(NAMES),
      vm_state: one(['active', 'stopped', 'error', 'paused', 'no-such-state', null]),
      task_state: one(['rebuilding', 'rebooting', null, null]),
      power_state: one([0, 1, 4, null]),
      image_ref: one(['a', 'b', '']),
      availability_zone: one(['nova', 'az2', null]),
      node: one(['node1', 'node2', null]),
      project_id: one(['p1', 'p2']),
      user_id: one(['u1', 'u2']),
      locked,
      locked_by: locked ? 'owner' : null,
      hostname: one(['h1', 'H1', null]),
      key_name: one(['k', null]),
      created_at: one(['2026-01-01 00:00:00', '2026-01-01 00:00:00.000001', '2026-01-02 00:00:00.5', null]),
      updated_at: one(['2026-01-01 00:00:00', null]),
    };
  }

  beforeAll(async () => {
    await clear();
    const random = randomFrom(SEED);
    all = [];
    for (const [at, cell] of CELLS.entries()) {
      const planted = Array.from({ length: [3, 0, 57, 140][at]! }, () => somebody(random));
      for (const uuid of await plant(cell, planted)) all.push({ cell, uuid });
    }
    for (let at = 0; at < 5; at += 1) await plantBuildRequest({ server, cells }, { display_name: NAMES[at] });
    await gather();
  });

  /** Puts the rows of all cells into one table, which PostgreSQL can sort by itself. */
  async function gather(): Promise<void> {
    const gathered = cells.databaseOf('cell1');
    await server.query(gathered, 'create schema gathered; create table gathered.instances (like instances)');
    for (const cell of CELLS) {
      const rows = await server.query<{ row: string }>(
        cells.databaseOf(cell),
        'select row_to_json(i)::text as row from instances i',
      );
      await server.query(
        gathered,
        `insert into gathered.instances select r.* from jsonb_array_elements($1::jsonb) one,
           jsonb_populate_record(null::instances, one) r`,
        [`[${rows.map(({ row }) => row).join()}]`],
      );
    }
  }

  const orders: [string, ServerOrder][] = [
    ['the newest first', NEWEST_FIRST],
    ...SORTED.flatMap((column): [string, ServerOrder][] => [
      [`by ${column}`, serverOrder([column], false)],
      [`by ${column}, the greatest first`, serverOrder([column], true)],
    ]),
    ['by three columns', serverOrder(['Status', 'locked', 'Name'], false)],
    ['by three columns, the greatest first', serverOrder(['Status', 'locked', 'Name'], true)],
  ];

  it.each(orders)(`are one big sort, wherever they are cut: %s (seed ${SEED})`, async (_, order) => {
    const whole = await list({}, { order });
    expect(uuids(whole).toSorted()).toEqual(
      [...all.map(({ uuid }) => uuid), ...uuids(whole.filter(({ cell }) => cell === null))].toSorted(),
    );
    expect(whole).toHaveLength(all.length + 5);
    expect(uuids(whole.filter(({ cell }) => cell !== null))).toEqual(await sortedByHand(order));
    const random = randomFrom(SEED);
    const paged: ListedServer[] = [];
    for (let marker: string | undefined; paged.length < whole.length; marker = paged.at(-1)!.uuid)
      paged.push(...(await list({}, { order, marker, limit: 90 + random(60) })));
    expect(uuids(paged)).toEqual(uuids(whole));
  });

  /** Sorts them as PostgreSQL sorts rows of one table. */
  async function sortedByHand(order: ServerOrder): Promise<string[]> {
    const direction = order.isDescending ? 'desc' : 'asc';
    const keys = order.columns.map((column) => `${SQL[column] ?? `${column} collate "C"`} ${direction}`);
    const sorted = await server.query<{ uuid: string }>(
      cells.databaseOf('cell1'),
      `select uuid from gathered.instances order by ${keys.join(', ')}, uuid collate "C"`,
    );
    return sorted.map(({ uuid }) => uuid);
  }
});

/** How a test that knows the rows sorts them by hand. */
const SQL: Record<string, string> = {
  id: 'uuid collate "C"',
  name: 'display_name collate "C"',
  image_id: 'image_ref collate "C"',
  host: 'node collate "C"',
  power_state: 'power_state',
  locked: 'coalesce(locked, false)',
  created_at: 'created_at',
  updated_at: 'updated_at',
  launched_at: 'launched_at',
  status: `(case
    when vm_state = 'active' and task_state = 'rebuilding' then 'REBUILD'
    when vm_state = 'active' and task_state = 'rebooting' then 'REBOOT'
    when vm_state = 'active' then 'ACTIVE'
    when vm_state in ('stopped', 'error') and task_state = 'rebuilding' then 'REBUILD'
    when vm_state = 'stopped' then 'SHUTOFF'
    when vm_state = 'error' then 'ERROR'
    when vm_state = 'paused' then 'PAUSED'
    else 'UNKNOWN' end) collate "C"`,
};

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
