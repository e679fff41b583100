import { describe, expect, it } from '@jest/globals';
import { parseUntil } from '../../../../src/rules/compute/until.ts';

const NOW = Date.parse('2026-12-01T12:00:00Z');

it.each([
  ['90s', 90],
  ['90m', 5400],
  ['8h', 28_800],
  ['2d12h', 216_000],
  ['1w', 604_800],
  ['1W2D3H4M5S', 788_645],
  [' 10m ', 600],
])('%j is a duration', (given, seconds) => {
  expect(parseUntil(given, NOW)).toEqual({ seconds });
});

it.each([
  ['2026-12-02', '2026-12-02T00:00:00.000000Z'],
  ['2026-12-01T12:00:01', '2026-12-01T12:00:01.000000Z'],
  ['2026-12-01 12:30', '2026-12-01T12:30:00.000000Z'],
  // The same moment, as clocks of three zones show it.
  ['2026-12-01T13:30+01:00', '2026-12-01T12:30:00.000000Z'],
  ['2026-12-01T18:00:00+0530', '2026-12-01T12:30:00.000000Z'],
  ['2026-12-01T07:30:00-05:00', '2026-12-01T12:30:00.000000Z'],
])('%j is a time', (given, at) => {
  expect(parseUntil(given, NOW)).toEqual({ at });
});

describe('refused is', () => {
  it.each([
    ['', 'is neither a time nor a duration'],
    ['  ', 'is neither a time nor a duration'],
    ['tomorrow', 'is neither a time nor a duration'],
    ['10', 'is neither a time nor a duration'],
    ['10 m', 'is neither a time nor a duration'],
    ['5m2h', 'is neither a time nor a duration'],
    ['-5m', 'is neither a time nor a duration'],
    ['1.5h', 'is neither a time nor a duration'],
    ['2027-02-30', 'is neither a time nor a duration'],
    ['2026-12-01T25:00', 'is neither a time nor a duration'],
    ['0s', 'is no time at all'],
    ['2026-12-01T12:00:00Z', 'is in the past: that is 2026-12-01T12:00:00.000000Z'],
    // The day has begun elsewhere already, and so it is over there.
    ['2026-12-01T12:30+05:00', 'is in the past: that is 2026-12-01T07:30:00.000000Z'],
    ['600w', 'is more than ten years ahead'],
    ['99999999999999999999d', 'is more than ten years ahead'],
    ['2099-01-01', 'is more than ten years ahead'],
  ])('%j', (given, why) => {
    expect(() => parseUntil(given, NOW)).toThrow(`--until '${given}' ${why}`);
  });
});
