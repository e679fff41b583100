import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { loadSettings } from '../../../src/config/settings.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-cache-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

it.each([
  ['', null],
  ['[cache]\nenabled = false\nbackend = dogpile.cache.memcached', null],
  ['[cache]\nbackend = dogpile.cache.null', null],
  ['[cache]\nenabled = true', 600],
  ['[cache]\nbackend = dogpile.cache.memcached', 600],
  ['[cache]\nenabled = yes\nexpiration_time = 30', 30],
  ['[cache]\nenabled = true\n[role]\ncache_time = 900', 900],
  ['[cache]\nenabled = true\n[role]\ncache_time = 900\ncaching = false', 600],
])('%j is a cache of %p s', (text, seconds) => {
  const file = path.join(dir, 'keystone.conf');
  writeFileSync(file, `${text}\n`);
  expect(loadSettings({ 'config-file': [file] }, {}).keystoneCacheTime.value).toBe(seconds);
});
