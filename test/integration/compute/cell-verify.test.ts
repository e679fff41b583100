import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Finding } from '../../../src/rules/compute/cell-findings.ts';
import { CELL0_UUID } from '../../../src/rules/compute/cell.ts';
import type { TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';

/** Of the recorded rows: the instance that lives, one that was deleted, and the host of both. */
const LIVING = 'fe0d605e-839a-4f75-b368-3b9a8ed05b7c';
const DELETED = 'dbce7ad0-4fd0-4c03-835c-db2d0c853ada';
const HOST = 'peer1';

let server: TestPostgres;
let cells: TestCells;
cellsPerFile(3, (made) => ({ server, cells } = made));
beforeAll(async () => {
  await cells.fill();
  await cells.keep();
});
afterEach(() => cells.restore());

const inApi = (sql: string) => server.query(cells.api, sql);
const inCell = (name: string, sql: string) => server.query(cells.databaseOf(name), sql);
const verify = async (): Promise<Finding[]> => (await cells.services.cellVerifier.verify(20_000)).findings;
/** Copies the instances of cell1 into another cell, as if a database had been restored under the wrong mapping. */
const copyInstances = async (to: string): Promise<void> => {
  const rows = await server.query<{ row: string }>(
    cells.databaseOf('cell1'),
    'select to_jsonb(i)::text as row from instances i',
  );
  for (const { row } of rows)
    await server.query(
      cells.databaseOf(to),
      'insert into instances select * from jsonb_populate_record(null::instances, $1)',
      [row],
    );
};

it('nothing is wrong with what a Nova that worked has left', async () => expect(await verify()).toEqual([]));

type Case = {
  what: string;
  breaks: () => Promise<unknown>;
  found: { kind: string; of?: string[]; count?: number; details?: RegExp; cure: RegExp }[];
};
const cases: Case[] = [
  {
    what: 'an instance without a mapping',
    breaks: () => inApi(`delete from instance_mappings where instance_uuid = '${LIVING}'`),
    found: [
      {
        kind: 'instance-not-mapped',
        of: ['cell1'],
        details: new RegExp(LIVING),
        cure: /map_instances --cell_uuid /,
      },
    ],
  },
  {
    what: 'a mapping whose instance is in no cell',
    breaks: () =>
      inCell(
        'cell1',
        `begin; set local session_replication_role = replica; delete from instances where uuid = '${DELETED}'; commit`,
      ),
    found: [
      {
        kind: 'mapping-without-instance',
        of: ['cell1'],
        details: new RegExp(DELETED),
        cure: /verify_instance --uuid/,
      },
    ],
  },
  {
    what: 'an instance that is mapped to another cell',
    breaks: () =>
      inApi(
        `update instance_mappings set cell_id = (select id from cell_mappings where name = 'cell2') where instance_uuid = '${LIVING}'`,
      ),
    found: [
      {
        kind: 'instance-mapped-elsewhere',
        of: ['cell1'],
        details: new RegExp(`1 instance in cell cell1 .*${LIVING} \\(cell2\\)`),
        cure: /instance_mappings/,
      },
    ],
  },
  {
    what: 'an instance that is mapped to no cell, and built already',
    breaks: () => inApi(`update instance_mappings set cell_id = null where instance_uuid = '${LIVING}'`),
    found: [
      { kind: 'instance-mapped-elsewhere', of: ['cell1'], details: /\(none\)/, cure: /instance_mappings/ },
    ],
  },
  {
    what: 'a mapping to no cell, of an instance that no cell has',
    breaks: () =>
      inApi(
        "insert into instance_mappings (instance_uuid, project_id) values ('aaaaaaaa-0000-4000-8000-000000000000', 'p')",
      ),
    found: [{ kind: 'mapping-without-cell', of: [], details: /aaaaaaaa-0000/, cure: /verify_instance/ }],
  },
  {
    what: 'instances in two cells',
    breaks: () => copyInstances('cell2'),
    found: [
      { kind: 'instance-mapped-elsewhere', of: ['cell2'], details: /\(cell1\)/, cure: /on which host/ },
    ],
  },
  {
    what: 'a host without a mapping',
    breaks: () => inApi('delete from host_mappings'),
    found: [
      {
        kind: 'host-not-mapped',
        of: ['cell1'],
        details: /peer1/,
        cure: /discover_hosts --by-service --cell_uuid/,
      },
    ],
  },
  {
    what: 'a host that is mapped to another cell than it reports to',
    breaks: () =>
      inApi("update host_mappings set cell_id = (select id from cell_mappings where name = 'cell2')"),
    found: [{ kind: 'host-in-two-cells', of: ['cell1', 'cell2'], details: /peer1/, cure: /delete_host/ }],
  },
  {
    what: 'a host that reports to two cells',
    breaks: () =>
      inCell(
        'cell2',
        `insert into services (host, "binary", report_count, deleted) values ('${HOST}', 'nova-compute', 1, 0)`,
      ),
    found: [{ kind: 'host-in-two-cells', of: ['cell1', 'cell2'], details: /peer1/, cure: /service delete/ }],
  },
  {
    what: 'a mapping of a host that no cell knows',
    breaks: () =>
      inApi(
        "insert into host_mappings (host, cell_id) select 'gone', id from cell_mappings where name = 'cell2'",
      ),
    found: [
      { kind: 'host-mapping-without-host', of: ['cell2'], details: /gone/, cure: /delete_host --cell_uuid/ },
    ],
  },
  {
    what: 'a host that is mapped to cell0',
    breaks: () =>
      inApi(
        "insert into host_mappings (host, cell_id) select 'lost', id from cell_mappings where name = 'cell0'",
      ),
    found: [{ kind: 'cell0-has-hosts', of: ['cell0'], details: /lost/, cure: new RegExp(CELL0_UUID) }],
  },
  {
    what: 'a cell0 that is not mapped',
    breaks: () => inApi("delete from cell_mappings where name = 'cell0'"),
    found: [{ kind: 'cell0-missing', of: [], cure: /map_cell0/ }],
  },
  {
    what: 'an older revision',
    breaks: () => inCell('cell2', "update alembic_version set version_num = '2903cd72dc14'"),
    found: [
      {
        kind: 'wrong-revision',
        of: ['cell2'],
        details: /cell2 is at an older/,
        cure: /nova-manage db sync --local_cell/,
      },
    ],
  },
  {
    what: 'an older revision of the API database',
    breaks: () => inApi("update alembic_version set version_num = 'b30f573d3377'"),
    found: [{ kind: 'wrong-revision', of: [], details: /older revision/, cure: /nova-manage api_db sync/ }],
  },
  {
    what: 'a revision that nobody knows',
    breaks: () => inCell('cell2', "update alembic_version set version_num = 'ffffffffffff'"),
    found: [{ kind: 'wrong-revision', of: ['cell2'], details: /does not know/, cure: /newer/ }],
  },
  {
    what: 'an empty database',
    breaks: () =>
      inApi(
        `update cell_mappings set database_connection = '${cells.urlOf('postgres')}' where name = 'cell2'`,
      ),
    found: [
      { kind: 'wrong-revision', of: ['cell2'], details: /cell2 is empty/, cure: /keyward db sync compute/ },
    ],
  },
  {
    what: "the API database in a cell's place",
    breaks: () =>
      inApi(
        `update cell_mappings set database_connection = '${cells.urlOf(cells.api)}' where name = 'cell2'`,
      ),
    found: [{ kind: 'wrong-revision', of: ['cell2'], details: /not Nova's/, cure: /empty database/ }],
  },
  {
    what: 'two cells with one database, by different URLs',
    breaks: () =>
      inApi(
        `update cell_mappings set database_connection = '${cells.urlOf(cells.databaseOf('cell1'), 'other')}&application_name=x' where name = 'cell2'`,
      ),
    found: [
      { kind: 'shared-database', of: ['cell1', 'cell2'], details: /cell1, cell2/, cure: /delete_cell/ },
    ],
  },
];

describe('it finds', () => {
  beforeAll(() => server.query('postgres', 'create role other login superuser'));

  it.each(cases)('$what', async ({ breaks, found }) => {
    await breaks();
    const findings = await verify();
    expect(
      findings.map(({ kind, cells: of, details, cure }) => ({
        kind,
        of: of.map(({ name }) => name),
        details,
        cure,
      })),
    ).toEqual(
      found.map(({ kind, of = [], details = /./, cure }) => ({
        kind,
        of,
        details: expect.stringMatching(details),
        cure: expect.stringMatching(cure),
      })),
    );
  });
});

describe('it does not mind', () => {
  it.each([
    [
      'an instance that was deleted and has no mapping',
      () => inApi(`delete from instance_mappings where instance_uuid = '${DELETED}'`),
    ],
    [
      'an instance that is being put into a cell',
      () =>
        inApi(
          `update instance_mappings set cell_id = null where instance_uuid = '${LIVING}';
           insert into build_requests (project_id, instance_uuid) values ('p', '${LIVING}')`,
        ),
    ],
    [
      'the hidden half of a resize to another cell',
      async () => {
        await copyInstances('cell2');
        await inCell('cell2', 'update instances set hidden = true');
      },
    ],
    [
      'the place that map_instances keeps for itself',
      () =>
        inApi(
          "insert into instance_mappings (instance_uuid, project_id) values ('aaaaaaaa 0000 4000 8000 000000000000', 'INSTANCE_MIGRATION_MARKER')",
        ),
    ],
  ])('%s', async (_, changes) => {
    await changes();
    expect(await verify()).toEqual([]);
  });
});

it('compares more instances than are held at once, and tells how many it did not look at twice', async () => {
  await inApi(
    `insert into instance_mappings (id, project_id, cell_id, instance_uuid)
     select 1000 + n, 'p', c.id, gen_random_uuid()::text
     from generate_series(1, 30000) n, cell_mappings c where c.name = 'cell2'`,
  );
  await inCell(
    'cell2',
    `insert into instances (uuid, deleted) select gen_random_uuid()::text, 0 from generate_series(1, 30000)`,
  );
  const findings = await verify();
  expect(findings.map(({ kind, count }) => [kind, count])).toEqual([
    ['instance-not-mapped', 200],
    ['mapping-without-instance', 200],
  ]);
  const said = /^At least 200 .* and 195 more; 29800 more that did not match were not looked at twice\.$/;
  for (const { details } of findings) expect(details).toMatch(said);
});
