import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { withConfiguration } from '../../src/rules/remedy.ts';

type Flags = Record<string, { description: string }>;
const { commands } = JSON.parse(readFileSync('oclif.manifest.json', 'utf8')) as {
  commands: Record<string, { flags: Flags }>;
};
/** A command that reads no configuration is named to nobody who gave one. */
const configured = Object.entries(commands).filter(([, { flags }]) => 'config-file' in flags);

/** Gives the flags by which a command takes a file of each service. */
function files(flags: Flags): string {
  if ('nova-config-file' in flags) return ' --config-file /keystone.conf --nova-config-file /nova.conf';
  const file = /^a (keystone|nova)\.conf /.exec(flags['config-file']!.description)![1]!;
  const beside = 'keystone-config-file' in flags ? ' --keystone-config-file /keystone.conf' : '';
  return ` --config-file /${file}.conf${beside}`;
}

it.each(configured)('a remedy that names %s gives it the files that it takes', (id, { flags }) => {
  const of = (file: string) => ({ configFiles: [file], configDirs: [], isEmbedded: false });
  const command = `keyward ${id.replaceAll(':', ' ')}`;
  const both = { identity: of('/keystone.conf'), compute: of('/nova.conf') };
  expect(withConfiguration(command, both)).toBe(command + files(flags));
});

it('some commands take the files of either service, and some of both, in two ways', () => {
  expect(new Set(configured.map(([, { flags }]) => files(flags))).size).toBe(4);
});
