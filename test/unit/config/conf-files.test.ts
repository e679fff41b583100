import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { confFilesIn } from '../../../src/config/conf-files.ts';

it('reads *.conf of a folder by name, and no hidden file', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'keyward-conf-'));
  for (const name of ['b.conf', 'a.conf', '.hidden.conf', '.conf', 'a.conf.bak'])
    writeFileSync(path.join(dir, name), '');
  expect(confFilesIn(dir)).toEqual([path.join(dir, 'a.conf'), path.join(dir, 'b.conf')]);
  rmSync(dir, { recursive: true });
  expect(() => confFilesIn(dir)).toThrow(/can't be read: ENOENT/);
});
