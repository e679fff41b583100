import { describe, expect, it } from '@jest/globals';
import { parseOsloIni } from '../../../src/config/oslo-ini.ts';

const valueOf = (text: string, section = 'database', key = 'connection') =>
  parseOsloIni(text, 'k.conf').get(section)?.get(key);

describe('a configuration file', () => {
  it.each([
    [
      'keeps ; and # inside a value',
      '[database]\nconnection = postgresql://u:p;a#s@h/d',
      'postgresql://u:p;a#s@h/d',
    ],
    ['takes a colon for =', '[database]\nconnection: x', 'x'],
    ['drops quotes around a value', '[database]\nconnection = "a b"', 'a b'],
    ['joins continuation lines', '[database]\nconnection = a\n  b', 'a\nb'],
    ['takes the last of two', '[database]\nconnection = a\nconnection = b', 'b'],
    ['skips comments', '# c\n[database]\n; c\nconnection = a', 'a'],
    ['substitutes $name', '[DEFAULT]\nhost = h\n[database]\nconnection = x://$host/d', 'x://h/d'],
    ['substitutes ${group.name}', '[a]\nb = c\n[database]\nconnection = ${a.b}', 'c'],
    ['reads $$ as a dollar sign', '[database]\nconnection = p$$w', 'p$w'],
    ['leaves an unknown $name', '[database]\nconnection = $nosuch', '$nosuch'],
  ])('%s', (_, text, expected) => expect(valueOf(text)).toBe(expected));

  it.each([
    ['a line that is none', '[database]\nnonsense', /line 2/],
    ['a continuation of nothing', '  x', /line 1/],
    ['a section without a name', '[', /line 1/],
  ])('says where %s is', (_, text, message) => expect(() => valueOf(text)).toThrow(message));
});
