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
  return `${JSON.stringify(plugin.manifest, null, 2)}\n`;
}
