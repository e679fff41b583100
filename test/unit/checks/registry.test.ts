import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { ReadOnlyDatabase } from '../../../src/checks/define-check.ts';
import { runCheck } from '../../../src/checks/run-check.ts';
import type { PolicyFiles } from '../../../src/rules/policy.ts';
import { describeChecks, loadChecks } from '../../../src/checks/registry.ts';

it("has upstream's checks in upstream's order", async () => {
  expect((await describeChecks('keystone')).map(({ title }) => title)).toEqual([
    'Check trust policies are not empty',
    'Check default roles are immutable',
    'Policy File JSON to YAML Migration',
  ]);
});

it('has every file of the folder, each with an id of its own', async () => {
  const ids = (await loadChecks('keystone')).map(({ id }) => id);
  expect(new Set(ids).size).toBe(readdirSync('src/checks/keystone').length);
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
});
