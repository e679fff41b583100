import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CheckParts } from '../../../src/checks/run-check.ts';
import { renderUpgradeCheckTable } from '../../../src/cli/output/upgrade-check-table.ts';
import type { ComputeServices } from '../../../src/engine/open-compute.ts';
import { CheckCode, type CheckOutcome } from '../../../src/rules/upgrade-check.ts';
import { CheckDatabase } from '../../../src/services/check-database.ts';
import { checkCells } from '../../../src/services/compute/check-cells.ts';
import {
  CELLS,
  MACHINE_TYPE,
  OLD_COMPUTES,
  runComputeCheck,
  runComputeSuite,
} from '../../support/checks/compute-suite.ts';
import { CANARY, openTestCompute, type TestCells } from '../../support/cloud/cells.ts';
import { cellsPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';

const { success, warning, failure } = CheckCode;

let server: TestPostgres;
let cells: TestCells;
cellsPerFile(2, (made) => ({ server, cells } = made));
beforeAll(async () => {
  await cells.fill();
  await cells.keep();
});
afterEach(() => cells.restore());

const inApi = (sql: string) => server.query(cells.api, sql);
const inCell = (sql: string) => server.query(cells.databaseOf('cell1'), sql);

/** The parts of a worker that look into databases. */
const partsOf = ({ database, cells: asked }: ComputeServices): Partial<CheckParts> => ({
  database: new CheckDatabase(database),
  cells: checkCells(asked),
});
const suite = (): Promise<CheckOutcome[]> => runComputeSuite(partsOf(cells.services));
const check = (id: string): Promise<CheckOutcome> => runComputeCheck(id, partsOf(cells.services));

const fixture = (name: string): string =>
  readFileSync(`test/fixtures/upstream/nova/nova-status/${name}`, 'utf8')
    .replace(/\nrc=\d+\s*$/, '')
    .trimEnd();
const seen = ({ code, details }: CheckOutcome) => [code, details?.trimStart().slice(0, 60) ?? null];

describe('what a running Nova left', () => {
  it('is told as nova-status tells it', async () => {
    expect(await renderUpgradeCheckTable(await suite())).toBe(fixture('warning-with-instances-cell1.txt'));
  });

  it('is well when its servers are gone', async () => {
    await inCell('update instances set deleted = id');
    expect(await renderUpgradeCheckTable(await suite())).toBe(fixture('success.txt'));
  });
});

describe('Cells v2', () => {
  const NO_HOSTS = 'No host mappings or compute nodes were found. Remember to ru';
  const UNMAPPED = 'No host mappings found but there are compute nodes. Run comm';
  it.each([
    ['as it was left', '', '', success, null],
    [
      'without cells',
      'delete from host_mappings; delete from instance_mappings; delete from cell_mappings',
      '',
      failure,
      'There needs to be at least two cell mappings, one for cell0 ',
    ],
    [
      'without cell0',
      `update cell_mappings set uuid = 'x' where uuid like '0000%'`,
      '',
      failure,
      "No cell0 mapping found. Run command 'nova-manage cell_v2 sim",
    ],
    ['without host mappings', 'delete from host_mappings', '', failure, UNMAPPED],
    [
      'without hosts',
      'delete from host_mappings',
      'update compute_nodes set deleted = id',
      success,
      NO_HOSTS,
    ],
  ])('%s', async (_, damage, cellDamage, code, details) => {
    await inApi(damage);
    await inCell(cellDamage);
    expect(seen(await check(CELLS))).toEqual([code, details]);
  });
});

describe('Older than N-1 computes', () => {
  const of = (what: string) => `update services set ${what} where "binary" = 'nova-compute'`;
  const TOO_OLD = 'Current Nova version does not support computes older than Ga';
  it.each([
    ['as it was left', '', success],
    ['of the oldest release that is supported', of('version = 72'), success],
    ['of the release before', of('version = 71'), failure],
    ['that are disabled', of('version = 71, disabled = true'), failure],
    ['that are forced down', of('version = 71, forced_down = true'), success],
    ['that are deleted', of('version = 71, deleted = id'), success],
    ['that never said their version', of('version = 0'), success],
    ['whose version is unknown', of('version = null'), success],
    ['that are old conductors', `update services set version = 1 where "binary" <> 'nova-compute'`, success],
  ])('%s', async (_, damage, code) => {
    await inCell(damage);
    const details = code === success ? null : TOO_OLD;
    expect(seen(await check(OLD_COMPUTES))).toEqual([code, details]);
  });

  it('are named in the remedy', async () => {
    await inCell(of('version = 66'));
    const { details, remedy } = await check(OLD_COMPUTES);
    expect(details).toContain('level in your system is 66 and');
    expect(remedy).toContain('peer1 (cell1, level 66);');
  });
});

describe('hw_machine_type unset', () => {
  const type = (deleted: string) =>
    `insert into instance_system_metadata (instance_uuid, key, value, deleted)
     select uuid, 'image_hw_machine_type', 'q35', ${deleted} from instances`;
  it.each([
    ['that is nowhere', '', warning],
    ['that each server has', type('0'), success],
    ['that each server had', type('1'), warning],
    ['that servers have which are being built', `update instances set vm_state = 'building'`, success],
    ['that servers without a state have not', 'update instances set vm_state = null', warning],
  ])('%s', async (_, damage, code) => {
    await inCell(damage);
    expect(seen(await check(MACHINE_TYPE))).toEqual([
      code,
      code === success ? null : 'Instances found without hw_machine_type set. This warning ca',
    ]);
  });

  it('counts live servers, and none of cell0', async () => {
    const [live] = await inCell('select count(*)::int as count from instances where deleted = 0');
    expect(live).not.toEqual({ count: 0 });
    await inApi(
      `update cell_mappings set database_connection = '${cells.urlOf(cells.databaseOf('cell1'))}' where name = 'cell0'`,
    );
    expect((await check(MACHINE_TYPE)).remedy).toContain(`(${String(live!['count'])} in cell1)`);
    await inApi(
      "delete from host_mappings; delete from instance_mappings; delete from cell_mappings where name = 'cell1'",
    );
    expect(await check(MACHINE_TYPE)).toMatchObject({ code: success });
  });
});

describe('a cell that does not answer', () => {
  it.each([
    [
      'is down',
      async () => `postgresql://nova:${CANARY}@/x?host=/nowhere`,
      /cell2 \(2{8}-\S+\): .*\/nowhere/,
    ],
    [
      'has no tables',
      async () => cells.urlOf((await server.createDatabase({ empty: true })).database),
      /cell2 .*: In the database \S+ .*a table is missing/,
    ],
    ['is not there', async () => cells.urlOf('no_such'), /cell2 .*no_such/],
  ])('since it %s fails the checks of cells, and the others are judged', async (_, url, why) => {
    await inApi(
      `insert into cell_mappings (uuid, name, transport_url, database_connection)
       values ('22222222-0000-4000-8000-000000000000', 'cell2', 'rabbit://', '${await url()}')`,
    );
    const outcomes = await suite();
    const failed = outcomes.filter(({ code }) => code === failure);
    expect(failed.map(({ id }) => id)).toEqual([OLD_COMPUTES, MACHINE_TYPE]);
    for (const { details, remedy } of failed) {
      expect(details).toMatch(/^1 of [23] cells could not be checked\. /);
      expect(details).toMatch(why);
      expect(remedy).toMatch(/^for cell2 \(\S+\): \S/);
    }
    expect(failed[0]!.details).toContain('Nothing is wrong in the others.');
    expect(failed[1]!.details).toContain('In the others: Instances found without hw_machine_type set.');
    expect(JSON.stringify(outcomes)).not.toContain(CANARY);
  });
});

it('an API database without tables is not synced, which is said once for each check that needs it', async () => {
  const services = await openTestCompute(await server.createDatabase({ empty: true }));
  try {
    const outcomes = await runComputeSuite(partsOf(services));
    const failed = outcomes.filter(({ code }) => code === failure);
    expect(failed.map(({ id }) => id)).toEqual([CELLS, OLD_COMPUTES, MACHINE_TYPE]);
    for (const { details, remedy } of failed) {
      expect(details).toMatch(/^The database is not synced\. /);
      expect(remedy).toMatch(/^keyward db sync compute/);
    }
  } finally {
    await services.close();
  }
});
