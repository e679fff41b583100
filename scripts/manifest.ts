import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, Plugin } from '@oclif/core';

/** oclif would add every static property of a command; what it prints is frozen by a test instead. */
function withoutContract(command: Command.Cached): Command.Cached {
  const { output: _output, results: _results, errors: _errors, ...rest } = command;
  return rest as Command.Cached;
}

/** Writes oclif.manifest.json's text, which spares `keyward --help` from importing every command. */
export async function makeManifest(root: string, built = 'dist'): Promise<string> {
  const { oclif, ...pjson } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const commandsOfBuild = { ...oclif.commands, target: `./${built}/commands` };
  const plugin = new Plugin({
    root,
    pjson: { ...pjson, oclif: { ...oclif, commands: commandsOfBuild } },
    isRoot: true,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    type: 'core',
    respectNoCacheDefault: true,
  });
  await plugin.load();
  // Sorted, since the order of a folder's files differs between machines.
  const commands = Object.fromEntries(
    Object.entries(plugin.manifest.commands)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([id, command]) => [
        id,
        { ...withoutContract(command), relativePath: ['dist', ...command.relativePath!.slice(1)] },
      ]),
  );
  return `${JSON.stringify({ ...plugin.manifest, commands }, null, 2)}\n`;
}
