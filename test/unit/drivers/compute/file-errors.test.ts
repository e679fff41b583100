import { expect, it } from '@jest/globals';
import { withFileErrors } from '../../../../src/drivers/compute/file-errors.ts';
import { RuleError, Transient } from '../../../../src/rules/errors.ts';

async function failingWith(thrown: Error): Promise<unknown> {
  try {
    await withFileErrors('It fails', '/there', () => Promise.reject(thrown));
  } catch (caught) {
    return caught;
  }
  return null;
}

it.each([
  ['ENOSPC', 'the file system is full'],
  ['EDQUOT', "the account's quota is used up"],
  ['EFBIG', 'a file of that size is not allowed'],
  ['EACCES', 'the account that keyward runs as has no right to it'],
  ['ENOTDIR', 'it is no folder'],
  ['EROFS', 'the file system is read-only'],
  ['EIO', 'the device fails'],
])('%s is for an operator to mend', async (code, words) => {
  const error = await failingWith(Object.assign(new Error('x'), { code, path: '/there/disk' }));
  expect(error).toBeInstanceOf(RuleError);
  expect(error).not.toBeInstanceOf(Transient);
  expect(error).toMatchObject({ message: `It fails: ${words} (${code} at /there/disk).` });
});

it.each(['EAGAIN', 'EBUSY', 'EMFILE', 'ENFILE', 'ENOENT', 'ENOMEM', 'ENOTEMPTY'])(
  '%s may pass',
  async (code) => {
    const error = await failingWith(Object.assign(new Error('x'), { code }));
    expect(error).toBeInstanceOf(Transient);
    expect(error).toMatchObject({ message: expect.stringContaining(`(${code} at /there).`) });
  },
);

it.each([new TypeError('a bug'), new RuleError('Known', 'told', { cure: 'already' })])(
  '%s is left as it is',
  async (error) => expect(await failingWith(error)).toBe(error),
);
