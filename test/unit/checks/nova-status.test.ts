import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import type { CheckParts } from '../../../src/checks/run-check.ts';
import { renderUpgradeCheckTable } from '../../../src/cli/output/upgrade-check-table.ts';
import { ApiError } from '../../../src/rules/compute/service-apis.ts';
import { Unavailable } from '../../../src/rules/errors.ts';
import { cellsOf, databaseOf, runComputeSuite } from '../../support/checks/compute-suite.ts';

const FOLDER = 'test/fixtures/upstream/nova/nova-status';

/** Gives what the real nova-status printed, and its exit code, which the recording has in its last line. */
function recorded(name: string): { table: string; code: number } {
  const text = readFileSync(`${FOLDER}/${name}`, 'utf8').trimEnd();
  const [, table, code] = /^(.*?)(?:\nrc=(\d+))?$/s.exec(text)!;
  return { table: table!, code: Number(code ?? 0) };
}

const worst = (outcomes: { code: number }[]): number => Math.max(...outcomes.map(({ code }) => code));

/** A `nova.conf` that has URLs of databases and nothing else. */
const minimal: Partial<CheckParts> = {
  config: () => ({ get: () => ({ value: false, origin: 'the default', isSet: false }) }),
  apis: () => ({
    newestVersion: async () => {
      throw new ApiError('not-configured', 'There is no auth_type.', 'Set it.');
    },
  }),
};
const withInstances = { cells: cellsOf({ 0: {}, 1: { instances: [{ count: '2' }] } }) };

const PRINTED: [file: string, state: Partial<CheckParts>][] = [
  ['success.txt', {}],
  ['minimal-config.txt', minimal],
  ['no-cells.txt', { ...minimal, database: databaseOf({ cell_mappings: [] }), cells: cellsOf({}) }],
  ['warning-with-instances-cell1.txt', withInstances],
  ['warning-with-instances-nova.txt', withInstances],
];

const down = () => Promise.reject(new Unavailable('DatabaseUnreachable', 'It is down.', 'Start it.'));
const noDatabase = { database: { read: down }, cells: { each: down } };
const ENDED_WITH_255: [file: string, state: Partial<CheckParts>, failing: string][] = [
  ['db-down.txt', noDatabase, 'This could not be checked. It is down.'],
  ['no-config.txt', { ...minimal, ...noDatabase }, 'This could not be checked. It is down.'],
  ['unsynced-db.txt', { database: databaseOf({}) }, 'The database is not synced. cell_mappings is missing.'],
];

it.each(PRINTED)('prints what nova-status printed, to the byte: %s', async (file, state) => {
  const { table, code } = recorded(file);
  const outcomes = await runComputeSuite(state);
  expect(await renderUpgradeCheckTable(outcomes)).toBe(table);
  expect(worst(outcomes)).toBe(code);
});

it.each(ENDED_WITH_255)('answers where nova-status ended with 255: %s', async (file, state, details) => {
  expect(recorded(file).code).toBe(255);
  const outcomes = await runComputeSuite(state);
  expect(worst(outcomes)).toBe(2);
  expect(outcomes).toHaveLength(7);
  expect(outcomes[0]).toMatchObject({ title: 'Cells v2', details });
});

it('has seen every recording', () => {
  const seen = [...PRINTED, ...ENDED_WITH_255].map(([file]) => file);
  expect(readdirSync(FOLDER).toSorted()).toEqual(seen.toSorted());
});
