import { describe, expect, it } from '@jest/globals';
import { ConfigDriveType } from '../../../src/database/nova-cell/config-drive-type.ts';
import { DeletedType } from '../../../src/database/nova-cell/soft-delete.ts';

describe('`deleted` of a row', () => {
  const type = new DeletedType();

  it.each([
    ['0', 0, false],
    ["the row's id", 4711, true],
    ['1', 1, true],
    ['NULL, which no query of Nova finds', null, true],
  ])('%s is read as Nova takes it', (_, stored, isDeleted) => {
    expect(type.convertToJSValue(stored)).toBe(isDeleted);
  });

  it('is written 0 for a living row, and as nothing that fits an integer column for another one', () => {
    expect(type.convertToDatabaseValue(false)).toBe(0);
    expect(Number(type.convertToDatabaseValue(true))).toBeNaN();
  });
});

describe('`config_drive` of a server', () => {
  const type = new ConfigDriveType();

  it.each([
    ['True', true],
    ['', false],
    [null, null],
    // Nova asks only whether the text is empty.
    ['False', true],
    ['1', true],
  ])('%j is read as %j', (stored, isWanted) => {
    expect(type.convertToJSValue(stored)).toBe(isWanted);
  });

  it.each([
    [true, 'True'],
    [false, ''],
    [null, null],
  ])('%j is written as %j', (isWanted, stored) => {
    expect(type.convertToDatabaseValue(isWanted)).toBe(stored);
  });
});
