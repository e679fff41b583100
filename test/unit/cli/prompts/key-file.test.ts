import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readKeyFile } from '../../../../src/cli/prompts/key-file.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-key-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const file = (name: string, content: string | Buffer): string => {
  writeFileSync(path.join(dir, name), content);
  return path.join(dir, name);
};

it('a key file is read as it is', async () => {
  expect(await readKeyFile(file('key', '\uFEFFssh-rsa AAAA é\r\n'))).toBe('\uFEFFssh-rsa AAAA é\r\n');
  expect(await readKeyFile(file('long', 'x'.repeat(65_536)))).toHaveLength(65_536);
});

it.each([
  ['that is not there', () => path.join(dir, 'nosuch'), /ENOENT/],
  ['that is a folder', () => dir, /EISDIR/],
  ['that is too long', () => file('longer', 'x'.repeat(65_537)), /more than 65536 bytes/],
  ['that never ends', () => '/dev/zero', /more than 65536 bytes/],
  ['that is not UTF-8', () => file('latin1', Buffer.from([0xff])), /not valid/],
])('one %s is refused', async (_, make, says) => {
  const refused = { name: 'UsageError', message: expect.stringMatching(says) };
  await expect(readKeyFile(make())).rejects.toMatchObject(refused);
});
