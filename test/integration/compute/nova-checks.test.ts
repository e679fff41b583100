import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cells } from '../../../src/checks/define-check.ts';
import type { CheckParts } from '../../../src/checks/run-check.ts';
import { renderUpgradeCheckTable } from '../../../src/cli/output/upgrade-check-table.ts';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { novaApiSchema } from '../../../src/database/nova-api/schema.ts';
import { novaCellSchema } from '../../../src/database/nova-cell/schema.ts';
import type { Schema } from '../../../src/database/schema.ts';
import type { DatabaseAddress } from '../../../src/rules/database-address.ts';
import type { CellMapping } from '../../../src/rules/compute/cell.ts';
import { RuleError } from '../../../src/rules/errors.ts';
import { CheckCode, type CheckOutcome } from '../../../src/rules/upgrade-check.ts';
import { CheckDatabase } from '../../../src/services/check-database.ts';
import {
  cell,
  CELLS,
  MACHINE_TYPE,
  OLD_COMPUTES,
  runComputeCheck,
  runComputeSuite,
} from '../../support/checks/compute-suite.ts';
import { TestPostgres } from '../../support/cloud/postgres.ts';
import { recorded } from '../../support/cloud/recorded.ts';
import { syncedDatabase } from '../../support/cloud/synced-database.ts';

const { success, warning, failure } = CheckCode;

let server: TestPostgres;
/** Databases by the number of the cell; `api` and cell 1 have what a running Nova left in them. */
let api: string;
let cells: Record<number, DatabaseAddress>;
beforeAll(async () => {
  server = await TestPostgres.start();
  const left = async (schema: Schema, rows = ''): Promise<DatabaseAddress> => {
    const database = await syncedDatabase(server, schema);
    await database.close();
    if (rows) await server.query(database.address.database, rows);
    return database.address;
  };
  api = (await left(novaApiSchema, recorded('nova/rows-api.sql'))).database;
  cells = {
    0: await left(novaCellSchema),
    1: await left(novaCellSchema, recorded('nova/rows-cell.sql.zst')),
  };
});
afterAll(() => server.stop());

async function reading<T>(
  address: DatabaseAddress,
  schema: Schema,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const database = openDatabase(address, schema);
  return use(database).finally(() => database.close());
}

/** Asks these cells, which are not those that the API database maps. */
const cellsAt = (addresses: Record<number, DatabaseAddress>): Cells => ({
  each: async <T>(use: Parameters<Cells['each']>[0]) => {
    const answers: { cell: CellMapping; value: T }[] = [];
    const failures: { cell: CellMapping; error: RuleError }[] = [];
    for (const [number, address] of Object.entries(addresses)) {
      const asked = cell(Number(number));
      const ask = (database: Database) => new CheckDatabase(database).read((tables) => use(tables, asked));
      try {
        answers.push({ cell: asked, value: (await reading(address, novaCellSchema, ask)) as T });
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        failures.push({ cell: asked, error });
      }
    }
    return { answers, failures };
  },
});

/** The parts of a worker that looks into these databases. */
const partsOf = (database: string, addresses = cells): Partial<CheckParts> => ({
  database: {
    read: (use) =>
      reading({ ...server.address, database }, novaApiSchema, (opened) =>
        new CheckDatabase(opened).read(use),
      ),
  },
  cells: cellsAt(addresses),
});

let copies = 0;
async function copyOf(template: string, damage: string): Promise<DatabaseAddress> {
  const database = `copy_${(copies += 1)}`;
  await server.query('postgres', `create database ${database} template ${template}`);
  if (damage) await server.query(database, damage);
  return { ...server.address, database };
}
/** Cells as they were recorded, but for what is done to the database of cell 1. */
const withDamage = async (damage: string) => ({ ...cells, 1: await copyOf(cells[1]!.database, damage) });

const fixture = (name: string): string =>
  readFileSync(`test/fixtures/upstream/nova/nova-status/${name}`, 'utf8')
    .replace(/\nrc=\d+\s*$/, '')
    .trimEnd();
const seen = ({ code, details }: CheckOutcome) => [code, details?.trimStart().slice(0, 60) ?? null];

describe('what a running Nova left', () => {
  it('is told as nova-status tells it', async () => {
    const outcomes = await runComputeSuite(partsOf(api));
    expect(await renderUpgradeCheckTable(outcomes)).toBe(fixture('warning-with-instances-cell1.txt'));
  });

  it('is well when its servers are gone', async () => {
    const gone = await withDamage('update instances set deleted = id');
    const outcomes = await runComputeSuite(partsOf(api, gone));
    expect(await renderUpgradeCheckTable(outcomes)).toBe(fixture('success.txt'));
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
    const parts = partsOf((await copyOf(api, damage)).database, await withDamage(cellDamage));
    expect(seen(await runComputeCheck(CELLS, parts))).toEqual([code, details]);
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
    const parts = partsOf(api, await withDamage(damage));
    const details = code === success ? null : TOO_OLD;
    expect(seen(await runComputeCheck(OLD_COMPUTES, parts))).toEqual([code, details]);
  });

  it('are named in the remedy', async () => {
    const parts = partsOf(api, await withDamage(of('version = 66')));
    const { details, remedy } = await runComputeCheck(OLD_COMPUTES, parts);
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
    const outcome = await runComputeCheck(MACHINE_TYPE, partsOf(api, await withDamage(damage)));
    expect(seen(outcome)).toEqual([
      code,
      code === success ? null : 'Instances found without hw_machine_type set. This warning ca',
    ]);
  });

  it('counts live servers, and none of cell0', async () => {
    const [live] = await server.query<{ count: number }>(
      cells[1]!.database,
      'select count(*)::int as count from instances where deleted = 0',
    );
    expect(live!.count).toBeGreaterThan(0);
    const both = { 0: cells[1]!, 1: cells[1]! };
    const { remedy } = await runComputeCheck(MACHINE_TYPE, partsOf(api, both));
    expect(remedy).toContain(`(${live!.count} in cell1)`);
    expect(await runComputeCheck(MACHINE_TYPE, partsOf(api, { 0: cells[1]! }))).toMatchObject({
      code: success,
    });
  });
});

describe('a cell that does not answer', () => {
  it.each([
    ['is down', async () => ({ ...server.address, host: '/nowhere' }), /cell2 \(2{8}-\S+\): /],
    [
      'has no tables',
      () => server.createDatabase({ empty: true }),
      /cell2 .*: In the database \S+ .*a table is missing/,
    ],
    ['is not there', async () => ({ ...server.address, database: 'no_such' }), /cell2 .*no_such/],
  ])('since it %s fails the checks of cells, and the others are judged', async (_, address, why) => {
    const third = { ...(await address()), password: 'canary' };
    const outcomes = await runComputeSuite(partsOf(api, { ...cells, 2: third }));
    const failed = outcomes.filter(({ code }) => code === failure);
    expect(failed.map(({ id }) => id)).toEqual([OLD_COMPUTES, MACHINE_TYPE]);
    for (const { details, remedy } of failed) {
      expect(details).toMatch(/^1 of [23] cells could not be checked\. /);
      expect(details).toMatch(why);
      expect(remedy).toMatch(/^for cell2 \(\S+\): \S/);
    }
    expect(failed[0]!.details).toContain('Nothing is wrong in the others.');
    expect(failed[1]!.details).toContain('In the others: Instances found without hw_machine_type set.');
    expect(JSON.stringify(outcomes)).not.toContain('canary');
  });
});

it('an API database without tables is not synced, which is said once for each check that needs it', async () => {
  const { database } = await server.createDatabase({ empty: true });
  const outcomes = await runComputeSuite(partsOf(database));
  expect(outcomes[0]).toMatchObject({
    id: CELLS,
    code: failure,
    details: expect.stringMatching(/^The database is not synced\. /),
    remedy: expect.stringMatching(/^keyward db sync compute/),
  });
});
