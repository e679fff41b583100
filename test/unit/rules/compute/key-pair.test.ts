import { expect, it } from '@jest/globals';
import { assertKeyPairName } from '../../../../src/rules/compute/key-pair.ts';

it.each([
  ['one letter', 'k'],
  ['255 characters', 'k'.repeat(255)],
  ['what microversion 2.92 lets in', 'Alice_s key-2 @home.example'],
])('a name may be %s', (_, name) => expect(() => assertKeyPairName(name)).not.toThrow());

it.each([
  ['nothing', '', /is empty/],
  ['256 characters', 'k'.repeat(256), /at most 255/],
  ['a slash', 'a/b', /can't be named 'a\/b'/],
  ['a letter beyond ASCII', 'clé', /can't be named/],
  ['a line break', 'a\n', /can't be named/],
  ['a tab', 'a\tb', /can't be named/],
  ['a space at its beginning', ' a', /can't be named/],
  ['a space at its end', 'a ', /can't be named/],
  ['a single space', ' ', /can't be named/],
])('a name may not have %s', (_, name, says) =>
  expect(() => assertKeyPairName(name)).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(says) }),
  ),
);
