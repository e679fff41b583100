import { expect, it } from '@jest/globals';
import { type Need, readsHost } from '../../../src/rules/upgrade-check.ts';

it.each<[Need[], boolean]>([
  [[], false],
  [['database'], false],
  [['database', 'cells'], false],
  [['files'], true],
  [['config'], true],
  [['apis'], true],
  [['database', 'config'], true],
])('a check that needs %j must run on the host of its operator: %p', (needs, itMust) => {
  expect(readsHost(needs)).toBe(itMust);
});
