import { Plugin } from '@oclif/core';

/** The text of oclif.manifest.json: what `keyward --help` needs without importing every command. */
export async function makeManifest(root: string): Promise<string> {
  const plugin = new Plugin({
    root,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    type: 'core',
    respectNoCacheDefault: true,
  });
  await plugin.load();
  // In the order of the folders otherwise, which is each machine's own.
  const commands = Object.fromEntries(
    Object.entries(plugin.manifest.commands).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  return `${JSON.stringify({ ...plugin.manifest, commands }, null, 2)}\n`;
}
