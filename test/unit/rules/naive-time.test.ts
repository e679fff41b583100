import { expect, it } from '@jest/globals';
import { naiveTime, naiveTimeOf } from '../../../src/rules/naive-time.ts';

it('keeps microseconds', () => {
  expect(naiveTime(1_772_605_679_000_001)).toBe('2026-03-04T06:27:59.000001');
  expect(naiveTime(null)).toBeNull();
});

it.each([
  ['2026-03-04T06:27:59Z', '2026-03-04T06:27:59.000000'],
  ['2026-03-04T06:27:59.123456', '2026-03-04T06:27:59.123456'],
  ['2026-03-04 06:27', '2026-03-04T06:27:00.000000'],
  ['2026-03-04', '2026-03-04T00:00:00.000000'],
  ['2026-03-04T00:30:00.5+0100', '2026-03-03T23:30:00.500000'],
  ['2026-03-04T00:30:00-01:00', '2026-03-04T01:30:00.000000'],
])('reads %s', (given, expected) => expect(naiveTimeOf(given)).toBe(expected));

it.each(['', 'yesterday', '2026-02-31', '2026-13-01', '2026-03-04T25:00:00Z', '4.3.2026', "2026-03-04'; --"])(
  'takes %j for no time',
  (given) => expect(naiveTimeOf(given)).toBeNull(),
);
