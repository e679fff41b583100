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
  expect(cureWithConfiguration(cure, { identity: given })).toBe(expected);
  expect(
    cureWithConfiguration(cure, { identity: { configFiles: [], configDirs: [], isEmbedded: false } }),
  ).toBe(cure);
});

it('the embedded database is asked for again, once', () => {
  const embedded = { configFiles: ['/k.conf'], configDirs: [], isEmbedded: true };
  const named = '`keyward db sync --config-file /k.conf --embedded`';
  expect(cureWithConfiguration('`keyward db sync`', { identity: embedded })).toBe(named);
  expect(cureWithConfiguration(named, { identity: embedded })).toBe(named);
});

it.each([
  ['keyward cell list', 'keyward cell list --config-file /nova.conf'],
  ['keyward db sync compute', 'keyward db sync compute --config-file /k.conf --nova-config-file /nova.conf'],
  ['keyward role list', 'keyward role list --config-file /k.conf'],
  ['keyward keypair list', 'keyward keypair list --config-file /nova.conf --keystone-config-file /k.conf'],
])('a command is given the files of its own services: %s', (command, expected) => {
  const of = (file: string) => ({ configFiles: [file], configDirs: [], isEmbedded: false });
  const configurations = { identity: of('/k.conf'), compute: of('/nova.conf') };
  expect(cureWithConfiguration(`\`${command}\``, configurations)).toBe(`\`${expected}\``);
});
