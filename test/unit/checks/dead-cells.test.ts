import { expect, it } from '@jest/globals';
import { CheckCode } from '../../../src/rules/upgrade-check.ts';
import {
  cell,
  CELLS,
  cellsOf,
  databaseOf,
  MACHINE_TYPE,
  OLD_COMPUTES,
  runComputeCheck,
} from '../../support/checks/compute-suite.ts';

const { success, failure } = CheckCode;
const UUID = cell(2).uuid;
const WHY = `cell2 (${UUID}): The PostgreSQL of cell2 does not answer.`;
const old = { services: [{ host: 'h', version: 70 }] };
const unset = { instances: [{ count: '3' }] };
const node = { compute_nodes: [{ id: 1 }] };
const noHosts = { database: databaseOf({ cell_mappings: [cell(0), cell(1)], host_mappings: [] }) };

it.each([
  [OLD_COMPUTES, {}, 'Nothing is wrong in the others.'],
  [OLD_COMPUTES, old, 'In the others: Current Nova version does not support computes older than Gazpacho'],
  [MACHINE_TYPE, {}, 'Nothing is wrong in the others.'],
  [MACHINE_TYPE, unset, 'In the others: Instances found without hw_machine_type set.'],
  [CELLS, {}, 'In the others: No host mappings or compute nodes were found.'],
  [CELLS, node, 'In the others: No host mappings found but there are compute nodes.'],
])('%s: a dead cell is a failure that names it, and the others (%j) are judged', async (id, rows, others) => {
  const outcome = await runComputeCheck(id, { ...noHosts, cells: cellsOf({ 1: rows, 2: null, 3: {} }) });
  expect(outcome.code).toBe(failure);
  expect(outcome.details).toContain(`1 of 3 cells could not be checked. ${WHY} ${others}`);
  expect(outcome.remedy).toContain(`for cell2 (${UUID}): Start the PostgreSQL of cell2.`);
});

it('each dead cell is named, and nothing is said of others where there are none', async () => {
  const outcome = await runComputeCheck(OLD_COMPUTES, { cells: cellsOf({ 1: null, 2: null }) });
  expect(outcome.details).toBe(
    `2 of 2 cells could not be checked. cell1 (${cell(1).uuid}): The PostgreSQL of cell1 does not answer. ${WHY}`,
  );
  expect(outcome.remedy).not.toContain('the others');
});

it('a dead cell0 matters only to those that look into it', async () => {
  const cells = cellsOf({ 0: null, 1: {} });
  expect(await runComputeCheck(MACHINE_TYPE, { cells })).toMatchObject({ code: success });
  expect(await runComputeCheck(OLD_COMPUTES, { cells })).toMatchObject({ code: failure });
  // This one asks no cell where hosts are mapped.
  expect(await runComputeCheck(CELLS, { cells })).toMatchObject({ code: success });
});
