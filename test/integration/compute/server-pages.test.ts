import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { pageStatement } from '../../../src/database/nova-cell/server-pages.ts';
import {
  NEWEST_FIRST,
  type Sorted,
  type ServerOrder,
  serverOrder,
  sortKinds,
} from '../../../src/rules/compute/server-order.ts';
import type { ListedServer } from '../../../src/rules/compute/server-view.ts';
import type { ListOptions } from '../../../src/services/compute/server-list.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import {
  listServers,
  plantBuildRequest,
  type PlantedServer,
  plantServers,
} from '../../support/cloud/servers.ts';

let server: TestPostgres;
let cells: TestCells;
cellsPerFile(4, (made) => ({ server, cells } = made));

const CELLS = ['cell0', 'cell1', 'cell2', 'cell3'];
const list = (options: Partial<ListOptions>) => listServers(cells, {}, options);
const uuids = (servers: ListedServer[]): string[] => servers.map(({ uuid }) => uuid);

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
    const random = randomFrom(SEED);
    all = [];
    for (const [at, cell] of CELLS.entries()) {
      const planted = Array.from({ length: [3, 0, 57, 140][at]! }, () => somebody(random));
      for (const uuid of await plantServers({ server, cells }, cell, planted)) all.push({ cell, uuid });
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
    const whole = await list({ order });
    expect(uuids(whole).toSorted()).toEqual(
      [...all.map(({ uuid }) => uuid), ...uuids(whole.filter(({ cell }) => cell === null))].toSorted(),
    );
    expect(whole).toHaveLength(all.length + 5);
    expect(uuids(whole.filter(({ cell }) => cell !== null))).toEqual(await sortedByHand(order));
    const random = randomFrom(SEED);
    const paged: ListedServer[] = [];
    for (let marker: string | undefined; paged.length < whole.length; marker = paged.at(-1)!.uuid)
      paged.push(...(await list({ order, marker, limit: 90 + random(60) })));
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

describe('a page of the newest first', () => {
  const COUNT = 20_000;
  beforeAll(async () => {
    await server.query(
      cells.databaseOf('cell0'),
      `insert into instances (uuid, display_name, vm_state, created_at, deleted, hidden)
       select gen_random_uuid(), 'server' || n, 'active', timestamp '2026-01-01' + n * interval '1 second', 0, false
       from generate_series(1, ${COUNT}) n;
       analyze instances`,
    );
  });

  it.each<[string, Sorted | null]>([
    ['the first one', null],
    ['one in the middle', { uuid: randomUUID(), sortValues: ['2026-01-01T03:00:00.000000'] }],
  ])('is read by an index, without a look at all rows: %s', async (_, after) => {
    const { sql, values } = pageStatement({}, { order: NEWEST_FIRST, after, size: 100 });
    const rows = await explained(sql, values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('Index Scan Backward using instances_deleted_created_at_idx');
    expect(plan).not.toContain('Seq Scan on instances');
    const read = Math.max(...[...plan.matchAll(/rows=(\d+)/g)].map(([, count]) => Number(count)));
    expect(read).toBeLessThan(200);
  });

  const explained = async (sql: string, values: unknown[]): Promise<{ 'QUERY PLAN': string }[]> => {
    const [cell] = await cells.services.cells.list();
    const asked = await cells.services.cells.each(
      (em) =>
        em.execute<{ 'QUERY PLAN': string }[]>(
          `explain (analyze, costs off, timing off, summary off) ${sql}`,
          values,
        ),
      { among: [cell!] },
    );
    return asked.answers[0]!.value;
  };
});
