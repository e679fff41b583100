import { expect, it } from '@jest/globals';
import { cureWithConfiguration } from '../../../src/rules/remedy.ts';

const given = { configFiles: ['/etc/key stone.conf'], configDirs: ['/etc/d'], isEmbedded: false };

it.each([
  [
    'Run `keyward db sync` first.',
    "Run `keyward db sync --config-file '/etc/key stone.conf' --config-dir /etc/d` first.",
  ],
  ['See `keyward role list --config-file /x`.', 'See `keyward role list --config-file /x`.'],
  ['`chmod 600` it.', '`chmod 600` it.'],
])('%s', (cure, expected) => {
  expect(cureWithConfiguration(cure, given)).toBe(expected);
  expect(cureWithConfiguration(cure, { configFiles: [], configDirs: [], isEmbedded: false })).toBe(cure);
});

it('the embedded database is asked for again, once', () => {
  const embedded = { configFiles: ['/k.conf'], configDirs: [], isEmbedded: true };
  const named = '`keyward db sync --config-file /k.conf --embedded`';
  expect(cureWithConfiguration('`keyward db sync`', embedded)).toBe(named);
  expect(cureWithConfiguration(named, embedded)).toBe(named);
});
