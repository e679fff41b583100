import { describe, expect, it } from '@jest/globals';
import type { ResourceKind } from '../../../../src/rules/identity/kinds.ts';
import type { ResourceOptions, ResourcePatch } from '../../../../src/rules/identity/resource.ts';
import { checkedPatch, checkedValues, parseProperty } from '../../../../src/rules/identity/resource-input.ts';

const long = (length: number): string => '🚀'.repeat(length);

describe('names', () => {
  it.each<[ResourceKind, number]>([
    ['role', 255],
    ['user', 255],
    ['project', 64],
    ['domain', 64],
  ])('of a %s have 1 to %i characters, however many bytes', (kind, limit) => {
    expect(checkedValues(kind, { name: long(limit) }).name).toBe(long(limit));
    expect(() => checkedValues(kind, { name: long(limit + 1) })).toThrow(`at most ${limit} characters`);
    expect(() => checkedValues(kind, { name: ' \t' })).toThrow("can't be empty");
    expect(() => checkedPatch(kind, { name: '' })).toThrow("can't be empty");
    expect(() => checkedValues(kind, { name: 'a\0b' })).toThrow('NUL');
  });

  it('lose blanks at their ends, but for roles', () => {
    expect(checkedValues('user', { name: ' alice ' }).name).toBe('alice');
    expect(checkedPatch('project', { name: ' web ' }).name).toBe('web');
    expect(checkedValues('role', { name: ' odd ' }).name).toBe(' odd ');
  });

  it('of domains are not Federated, which Keystone keeps', () => {
    expect(() => checkedValues('domain', { name: ' FEDERATED' })).toThrow("can't be named");
  });
});

describe('what is refused', () => {
  it.each<[string, ResourcePatch, string]>([
    ['nothing', {}, 'Nothing was said'],
    ['another option', { options: { lock: true } }, "'lock' is no option of a"],
    ['a text as a flag', { options: { immutable: 'true' as never } }, 'not true, false or null'],
    ['a number as a state', { enabled: 1 as never }, 'not true or false'],
    ['a tag with a comma', { tags: { add: ['a,b'], remove: [], clear: false } }, "'a,b' is no tag"],
    ['an empty tag', { tags: { add: [''], remove: [], clear: false } }, 'is no tag'],
    [
      'too many tags',
      { tags: { add: Array.from({ length: 81 }, (_, at) => `${at}`), remove: [], clear: true } },
      'at most 80',
    ],
    ['an empty password', { password: '' }, 'empty'],
    ['a NUL in a property', { color: 'a\0' }, 'NUL'],
  ])('%s', (_, patch, message) => {
    expect(() => checkedPatch('project', patch)).toThrow(message);
  });

  it('a description of a role that its column can not hold', () => {
    expect(() => checkedPatch('role', { description: long(256) })).toThrow('at most 255');
    expect(checkedPatch('project', { description: long(256) })).toEqual({ description: long(256) });
  });
});

describe('options of users', () => {
  it.each<[string, ResourceOptions]>([
    ['every toggle', { ignore_password_expiry: true, lock_password: false, multi_factor_auth_enabled: null }],
    ['rules', { multi_factor_auth_rules: [['password', 'totp'], ['password']] }],
    ['no rules', { multi_factor_auth_rules: [] }],
  ])('%s are taken', (_, options) => expect(checkedPatch('user', { options })).toEqual({ options }));

  it.each<[string, ResourceOptions, string]>([
    ['a misspelt one', { lock_pasword: true }, "'lock_pasword' is no option of a user"],
    ['a text', { lock_password: 'yes' }, 'lock_password: "yes" is not true'],
    ['a rule with nothing in it', { multi_factor_auth_rules: [[]] }, 'no rules'],
    ['an empty method', { multi_factor_auth_rules: [['password', '']] }, 'no rules'],
    ['a method twice', { multi_factor_auth_rules: [['totp', 'totp']] }, 'no rules'],
    ['a rule twice', { multi_factor_auth_rules: [['totp'], ['totp']] }, 'no rules'],
    ['a rule that is no list', { multi_factor_auth_rules: ['totp'] }, 'no rules'],
  ])('%s is refused', (_, options, message) =>
    expect(() => checkedPatch('user', { options })).toThrow(message),
  );

  it("are not others'", () =>
    expect(() => checkedPatch('role', { options: { lock_password: true } })).toThrow('no option of a role'));
});

describe('a property', () => {
  it.each([
    ['a=b', ['a', 'b']],
    ['a=', ['a', '']],
    ['a=b=c\nd', ['a', 'b=c\nd']],
  ])('%j', (text, parsed) => expect(parseProperty(text)).toEqual(parsed));
  it.each(['a', '=b', 'name=x', 'options=x', 'password=x', 'immutable_set=x'])('not %j', (text) => {
    expect(() => parseProperty(text)).toThrow(/no property/);
  });
});
