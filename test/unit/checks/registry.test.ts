import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { ReadOnlyDatabase } from '../../../src/checks/define-check.ts';
import { runCheck } from '../../../src/checks/run-check.ts';
import type { PolicyFiles } from '../../../src/rules/policy.ts';
import { describeChecks, loadChecks } from '../../../src/checks/registry.ts';

it.each([
  [
    'keystone',
    [
      'Check trust policies are not empty',
      'Check default roles are immutable',
      'Policy File JSON to YAML Migration',
    ],
  ],
  [
    'nova',
    [
      'Cells v2',
      'Placement API',
      'Cinder API',
      'Policy File JSON to YAML Migration',
      'Older than N-1 computes',
      'hw_machine_type unset',
      'Service User Token Configuration',
    ],
  ],
])("%s has upstream's checks in upstream's order", async (suite, titles) => {
  expect((await describeChecks(suite)).map(({ title }) => title)).toEqual(titles);
});

it.each([
  ['keystone', 'identity-'],
  ['nova', 'compute-'],
])('%s has every file of its folder, each with an id of its own', async (suite, prefix) => {
  const ids = (await loadChecks(suite)).map(({ id }) => id);
  expect(new Set(ids).size).toBe(readdirSync(`src/checks/${suite}`).length);
  expect(ids.filter((id) => !id.startsWith(prefix))).toEqual([]);
});

describe('a suite is a folder', () => {
  const MADE_UP = '../../test/support/checks/made-up';
  const parts = {
    database: { read: <T>(use: (database: ReadOnlyDatabase) => Promise<T>) => use('rows' as never) },
    policyFiles: (project: string) =>
      ({ policyFile: async () => ({ path: `/etc/${project}/policy.yaml`, text: 'rows' }) }) as PolicyFiles,
  };
  const request = { suite: 'made-up', configFiles: [], configDirs: [] } as never;

  it('whose checks are those of its files, in their order', async () => {
    expect((await describeChecks(MADE_UP)).map(({ id, needs }) => [id, needs])).toEqual([
      ['made-up-rows', ['database']],
      ['made-up-both', ['database', 'files']],
    ]);
  });

  it('whose checks are each given what they need, and nothing else', async () => {
    const [rows, both] = await loadChecks(MADE_UP);
    expect(await runCheck(rows!, parts, request)).toMatchObject({ code: 0, details: 'database' });
    expect(await runCheck(both!, parts, request)).toMatchObject({ code: 0 });
  });

  it('whose check needs a part that the worker does not have is a bug, not a result', async () => {
    const [cells] = await loadChecks('nova');
    await expect(runCheck(cells!, parts, request)).rejects.toThrow('has no cells');
  });
});
