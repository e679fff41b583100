import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadIdentitySettings } from '../../../src/config/identity-settings.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-cache-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const ON = '[cache]\nbackend = dogpile.cache.memcached\n';

it.each([
  ['', null],
  ['[cache]\nenabled = true', null],
  ['[cache]\nenabled = true\nbackend = dogpile.cache.null', null],
  [`${ON}enabled = false`, null],
  [ON, 3600],
  [`${ON}enabled = yes\nexpiration_time = 30`, 3600],
  [`${ON}expiration_time = 30\n[revoke]\ncache_time = 60\n[identity]\ncache_time = 20`, 60],
  [`${ON}expiration_time = 30\n[revoke]\ncaching = no\n[identity]\ncache_time =`, 30],
  [`${ON}[token]\nrevocation_cache_time = 10`, 600],
  [`${ON}[role]\ncache_time = 9000`, 9000],
  [`${ON}[role]\ncache_time = 9000\ncaching = false`, 3600],
  [
    `${ON}${['identity', 'role', 'revoke', 'catalog', 'assignment'].map((name) => `[${name}]\ncaching = 0\n`).join('')}`,
    null,
  ],
])('%j is a cache of %p s', (text, seconds) => {
  const file = path.join(dir, 'keystone.conf');
  writeFileSync(file, `${text}\n`);
  expect(loadIdentitySettings({ 'config-file': [file], embedded: true }, {}).cacheTime.value).toBe(seconds);
});
