import { expect, it } from '@jest/globals';
import { globExpression } from '../../../src/rules/glob.ts';

const matches = (pattern: string, text: string): boolean =>
  new RegExp(globExpression(pattern), 'su').test(text);

it.each([
  ['web-*', ['web-', 'web-1', 'web-a-b'], ['web', 'my-web-1', 'WEB-1']],
  ['web?', ['web1', 'webé', 'web😀'], ['web', 'web12']],
  ['web[123]', ['web1', 'web3'], ['web4', 'web', 'web12']],
  ['web[!1-3]', ['web4', 'weba'], ['web1', 'web2']],
  ['a[]]b', ['a]b'], ['ab', 'a[]]b']],
  ['a.b', ['a.b'], ['axb']],
  ['a+(b)|c^$', ['a+(b)|c^$'], ['aab']],
  ['a\\*b', ['a*b'], ['axb', 'a\\*b']],
  ['a\\\\b', ['a\\b'], ['ab']],
  ['[web', ['[web'], ['w', 'web']],
  ['*', ['', 'anything'], []],
  ['', [''], ['a']],
])('%j matches %j, and %j not', (pattern, those, others) => {
  expect(those.filter((text) => !matches(pattern, text))).toEqual([]);
  expect(others.filter((text) => matches(pattern, text))).toEqual([]);
});
