import { describe, expect, it } from '@jest/globals';
import { compareServers, serverOrder, type SortValue } from '../../../../src/rules/compute/server-order.ts';

describe('an order', () => {
  it.each([
    ['as a list shows them', ['Task State', 'Image'], ['task_state', 'image_id']],
    ["as Nova's API names them", ['display_name', 'uuid'], ['name', 'id']],
    ['in any letters', [' LOCKED '], ['locked']],
  ])('is of columns %s', (_, names, columns) =>
    expect(serverOrder(names, true)).toEqual({ columns, isDescending: true }),
  );

  it.each([
    ['a column without an order', 'Networks', 'They can be by: id, name,'],
    ['a misspelt one', 'stauts', 'Did you mean status?'],
    ['what every object has', 'constructor', 'They can be by'],
  ])('is refused for %s', (_, name, cure) =>
    expect(() => serverOrder([name], false)).toThrow(
      expect.objectContaining({
        message: `Servers can not be sorted by '${name}'.`,
        cure: expect.stringContaining(cure),
      }),
    ),
  );
});

describe('of two servers', () => {
  const compare = (one: SortValue, other: SortValue, isDescending = false): number =>
    compareServers(
      { columns: ['name'], isDescending },
      { uuid: 'a', sortValues: [one] },
      { uuid: 'b', sortValues: [other] },
    );
  it.each<[string, SortValue, SortValue]>([
    ['a smaller number', 2, 10],
    ['false', false, true],
    ['a capital letter', 'Z', 'a'],
    ['what a longer text begins with', 'web', 'web-1'],
    ['a character below another plane', '\uFFFF', '\u{1F600}'],
    ['what is there', 'z', null],
    ['an earlier time', '2026-01-01T00:00:00.000001', '2026-01-01T00:00:00.500000'],
  ])('%s is the first, and the last of the other direction', (_, one, other) => {
    expect(compare(one, other)).toBeLessThan(0);
    expect(compare(other, one)).toBeGreaterThan(0);
    expect(compare(one, other, true)).toBeGreaterThan(0);
  });

  it('of which nothing is different, the one of the smaller uuid is the first in both directions', () => {
    for (const value of ['x', null]) {
      expect(compare(value, value)).toBeLessThan(0);
      expect(compare(value, value, true)).toBeLessThan(0);
    }
  });
});
