import { expect, it } from '@jest/globals';
import { cureWithConfiguration } from '../../../src/rules/with-configuration.ts';

const given = { configFiles: ['/etc/key stone.conf'], configDirs: ['/etc/d'] };

it.each([
  [
    'Run `keyward db sync` first.',
    "Run `keyward db sync --config-file '/etc/key stone.conf' --config-dir /etc/d` first.",
  ],
  ['See `keyward role list --config-file /x`.', 'See `keyward role list --config-file /x`.'],
  ['`chmod 600` it.', '`chmod 600` it.'],
])('%s', (cure, expected) => {
  expect(cureWithConfiguration(cure, given)).toBe(expected);
  expect(cureWithConfiguration(cure, { configFiles: [], configDirs: [] })).toBe(cure);
});
