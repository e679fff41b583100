import { readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
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
