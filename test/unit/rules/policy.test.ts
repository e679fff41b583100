import { describe, expect, it } from '@jest/globals';
import { allowsEverybody, isPolicyRule } from '../../../src/rules/policy.ts';

describe('a rule that allows everybody', () => {
  it.each([
    '',
    '@',
    ' @ ',
    '(@)',
    '( ( @ ) )',
    [],
    null,
    undefined,
    false,
    0,
    {},
    ['@'],
    [['@']],
    [[], '@'],
    { '@': 1 },
  ])('is %j', (rule) => expect(allowsEverybody(rule)).toBe(true));

  it.each([
    '!',
    ' ',
    '()',
    '(@',
    '@)',
    { a: 'b' },
    'role:admin',
    '@ or @',
    'not !',
    "'@'",
    [[]],
    [''],
    ['@', '@'],
    ['@', 'role:x'],
    [['@', '@']],
  ])('is not %j', (rule) => expect(allowsEverybody(rule)).toBe(false));
});

it.each([true, 7, new Date(0)])('no Keystone can read the rule %j', (rule) => {
  expect(isPolicyRule(rule)).toBe(false);
});
