import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { makeManifest } from '../../scripts/manifest.ts';

it('oclif.manifest.json is what the commands say', async () => {
  expect(readFileSync('oclif.manifest.json', 'utf8')).toBe(await makeManifest(process.cwd()));
});
