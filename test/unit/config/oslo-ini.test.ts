import { describe, expect, it } from '@jest/globals';
import { parseOsloIni } from '../../../src/config/oslo-ini.ts';

const valuesOf = (text: string, section = 'database', key = 'connection') =>
  parseOsloIni(text, 'k.conf').get(section)?.get(key);

describe('a configuration file', () => {
  it.each<[string, string, string[] | undefined]>([
    [
      'keeps ; and # inside a value',
      '[database]\nconnection = postgresql://u:p;a#s@h/d',
      ['postgresql://u:p;a#s@h/d'],
    ],
    ['takes a colon for =', '[database]\nconnection: x=y', ['x=y']],
    ['drops quotes around a value', '[database]\nconnection = "a b"', ['a b']],
    ['keeps a quote that is not closed', '[database]\nconnection = "a', ['"a']],
    ['drops a quote that stands alone', '[database]\nconnection = "', ['']],
    ['joins continuation lines', '[database]\nconnection = a\n  b\n\tc', ['a\nb\nc']],
    ['keeps a comment that is indented', '[database]\nconnection = a\n # b', ['a\n# b']],
    ['keeps every one of repeated keys', '[database]\nconnection = a\nconnection = b', ['a', 'b']],
    ['lower-cases groups', '[DataBase]\nconnection = a\n[DATABASE]\nconnection = b', ['a', 'b']],
    ['keeps the case of keys', '[database]\nConnection = a', undefined],
    ['keeps spaces in the names of groups', '[ database ]\nconnection = a', undefined],
    ['knows three ends of lines', '[database]\r\n# c\rconnection = a\r\n', ['a']],
    ['skips comments', '# c\n[database]\n; c\nconnection = a', ['a']],
    ['keeps an empty value', '[database]\nconnection =', ['']],
    ['strips what Python strips', '[database]\nconnection\x1f=\x85 a \u3000', ['a']],
  ])('%s', (_, text, expected) => expect(valuesOf(text)).toEqual(expected));

  it('tells DEFAULT from default', () => {
    expect(valuesOf('[DEFAULT]\na = b', 'DEFAULT', 'a')).toEqual(['b']);
    expect(valuesOf('[Default]\na = b', 'default', 'a')).toEqual(['b']);
  });

  it.each([
    ['a line that is none', '[database]\nnonsense', /line 2/],
    ['a line without a name', '[database]\n= x', /line 2/],
    ['a key above any section', 'connection = x\n[database]', /line 1: .*\[section\]/],
    ['a continuation of nothing', '  x', /line 1/],
    ['a continuation after a comment', '[database]\na = b\n# c\n d', /line 4/],
    ['a continuation after an empty line', '[database]\na = b\n\n d', /line 4/],
    ['a section without a name', '[]', /line 1/],
    ['a section that does not end', '[database] # c', /line 1/],
    ['a byte order mark', '\uFEFF[database]', /byte order mark/],
  ])('says where %s is', (_, text, message) => expect(() => valuesOf(text)).toThrow(message));

  it('shows no line, which may hold a password', () => {
    expect(() => valuesOf('[database]\npostgresql//canary')).toThrow(/^(?!.*canary)/);
  });
});
