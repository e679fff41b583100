import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withKeyFile, writePrivateFile } from '../../../../src/cli/prompts/private-file.ts';
import { RuleError } from '../../../../src/rules/errors.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'keyward-private-'));
  file = path.join(dir, 'key');
});
afterEach(() => rmSync(dir, { recursive: true }));

it('is for its owner alone, whatever the umask lets others do', () => {
  const before = process.umask(0);
  try {
    writePrivateFile(file, 'secret\n', 'The key');
  } finally {
    process.umask(before);
  }
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toBe('secret\n');
});

describe('is refused, and what is there is left alone:', () => {
  it.each<[string, () => string, RegExp]>([
    [
      'a file',
      () => (writeFileSync(file, 'theirs'), file),
      /^The key can't be written to .*: it exists already/,
    ],
    ['a folder', () => (mkdirSync(file), file), /exists already/],
    ['in no folder', () => path.join(dir, 'nosuch', 'key'), /ENOENT/],
  ])('%s', (_, make, says) => {
    const target = make();
    const before = existsSync(target) && statSync(target).mtimeMs;
    expect(() => writePrivateFile(target, 'secret', 'The key')).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message: expect.stringMatching(says),
        cure: expect.not.stringContaining('secret'),
      }),
    );
    expect(existsSync(target) && statSync(target).mtimeMs).toBe(before);
  });
});

describe('a change whose key is in the file', () => {
  const failing = (error: Error) => (): Promise<never> => {
    // It is there before the change begins.
    expect(readFileSync(file, 'utf8')).toBe('secret');
    return Promise.reject(error);
  };
  const ruleError = (outcome: 'unchanged' | 'unknown') => new RuleError('X', 'No.', { cure: '', outcome });

  it.each([
    ['was not made: it is removed', ruleError('unchanged'), false],
    ['may have been made: it is kept, and that is said', ruleError('unknown'), true],
    ['met a bug: it is kept, and that is said', new Error('a bug'), true],
  ])('%s', async (_, error, isKept) => {
    const said: string[] = [];
    const note = `Note: the private key is kept in ${file}, since it may be in use.`;
    const announce = (line: string): void => void said.push(line);
    await expect(withKeyFile(file, 'secret', failing(error), announce)).rejects.toBe(error);
    expect([existsSync(file), said]).toEqual([isKept, isKept ? [note] : []]);
  });

  it('was made: it is kept', async () => {
    expect(
      await withKeyFile(
        file,
        'secret',
        () => Promise.resolve('made'),
        () => {},
      ),
    ).toBe('made');
    expect(readFileSync(file, 'utf8')).toBe('secret');
  });
});
