import { describe, expect, it } from '@jest/globals';
import { CELL0_UUID, type CellMapping } from '../../../../src/rules/compute/cell.ts';
import { findCell } from '../../../../src/rules/compute/find-cell.ts';

const UUID = 'c9bb19bb-c970-455e-985e-1725add88faa';
const cell = (id: number, name: string | null, uuid: string): CellMapping => ({
  id,
  uuid,
  name,
  transportUrl: '',
  databaseConnection: '',
  isDisabled: false,
});
const cells = [
  cell(1, 'cell0', CELL0_UUID),
  cell(2, 'cell1', UUID),
  cell(3, 'twin', 'aaaaaaaa-0000-4000-8000-000000000000'),
  cell(4, 'twin', 'bbbbbbbb-0000-4000-8000-000000000000'),
  cell(5, null, 'cccccccc-0000-4000-8000-000000000000'),
];

describe('finds', () => {
  it.each([
    ['a name', 'cell1', 2],
    ['a uuid', UUID, 2],
    ['a uuid in capitals', UUID.toUpperCase(), 2],
    ["cell0's uuid", CELL0_UUID, 1],
    ['a uuid of a cell without a name', 'cccccccc-0000-4000-8000-000000000000', 5],
    ['the uuid of one of two that have a name in common', 'bbbbbbbb-0000-4000-8000-000000000000', 4],
  ])('%s', (_, wanted, id) => expect(findCell(cells, wanted).id).toBe(id));
});

describe('refuses', () => {
  it.each([
    [
      'an unknown name',
      'cell9',
      'Cell with name cell9 was not found.',
      /Did you mean cell0 or cell1\? `keyward cell list`/,
    ],
    ['an unknown uuid', CELL0_UUID.replace('0', '1'), /^Cell with uuid 1.* was not found\.$/, /cell list/],
    ['a uuid that is malformed', 'c9bb19bb-c970', 'Cell with name c9bb19bb-c970 was not found.', /cell list/],
    ['an empty name', '', 'Cell with name  was not found.', /cell list/],
    ['a name that two have', 'twin', '2 cells have the name twin.', /aaaaaaaa.* or bbbbbbbb/],
  ])('%s', (_, wanted, message, cure) => {
    expect(() => findCell(cells, wanted)).toThrow(
      expect.objectContaining({ cure: expect.stringMatching(cure) }),
    );
    expect(() => findCell(cells, wanted)).toThrow(message);
  });
});
