import { describe, expect, it } from '@jest/globals';
import { CELL0_UUID, NO_TRANSPORT } from '../../../../src/rules/compute/cell.ts';
import {
  assertCellName,
  assertTransportUrl,
  assertUnlike,
  URL_TAKEN,
} from '../../../../src/rules/compute/new-cell.ts';

const cell = {
  id: 1,
  uuid: CELL0_UUID,
  name: 'cell1',
  transportUrl: 'stored',
  databaseConnection: 'stored',
  isDisabled: false,
};
const others = [{ cell, urls: { databaseConnection: 'postgresql://db/one', transportUrl: 'rabbit://mq/' } }];

describe("another cell's", () => {
  it.each([
    ['database', 'cell2', 'postgresql://db/one', 'rabbit://other/'],
    ['message queue', 'cell2', 'postgresql://db/two', 'rabbit://mq/'],
    ['database and name', 'cell1', 'postgresql://db/one', null],
  ])('%s ends as it does with nova-manage', (_, name, databaseConnection, transportUrl) =>
    expect(() => assertUnlike(name, { databaseConnection, transportUrl }, others)).toThrow(
      expect.objectContaining({
        exitCode: URL_TAKEN,
        message: `The specified transport_url and/or database_connection combination already exists for another cell with uuid ${CELL0_UUID}.`,
      }),
    ),
  );

  it('name is refused', () =>
    expect(() =>
      assertUnlike('cell1', { databaseConnection: 'postgresql://db/two', transportUrl: null }, others),
    ).toThrow(expect.objectContaining({ name: 'CellNameTaken', exitCode: 1 })));

  it('lack of a message queue is no hindrance', () => {
    const alone = [{ cell, urls: { databaseConnection: 'postgresql://db/one', transportUrl: NO_TRANSPORT } }];
    expect(() =>
      assertUnlike('cell2', { databaseConnection: 'postgresql://db/two', transportUrl: null }, alone),
    ).not.toThrow();
  });
});

describe('a name', () => {
  it.each([
    ['', 'is empty'],
    ['  ', 'is empty'],
    ['x'.repeat(256), 'is longer than 255 characters'],
    [CELL0_UUID, 'is written as a uuid is'],
  ])('%j is refused', (name, why) => expect(() => assertCellName(name)).toThrow(why));

  it.each(['cell2', 'x'.repeat(255), 'Zelle Süd', '2'])('%j will do', (name) =>
    expect(() => assertCellName(name)).not.toThrow(),
  );
});

/** What oslo.messaging 17 makes of each was tried. */
describe('a transport URL', () => {
  it.each([
    'none:///',
    'rabbit://',
    'rabbit:',
    'fake:/',
    'rabbit://nova:p%40ss@mq.example:5672/vhost?ssl=1',
    'rabbit://nova:pass@mq1:5672,nova:pass@mq2:5672/',
    'rabbit://nova:pass@[::1]:5672/',
    'rabbit://mq',
    'rabbit://nova:pa:ss@mq/',
  ])('%s will do', (url) => expect(() => assertTransportUrl(url)).not.toThrow());

  it.each(['mq.example', 'nova:pass@mq', 'http//x', '1abc://x', 'ra_bbit://x', '', '{scheme}://mq'])(
    '%j has no scheme',
    (url) => expect(() => assertTransportUrl(url)).toThrow('Invalid transport URL: No scheme specified.'),
  );

  it.each([
    'rabbit://nova:secret@mq:x/',
    'rabbit://nova:secret@mq:/',
    'rabbit://nova:secret@mq:99999/',
    'rabbit://nova:secret/w@mq:5672/',
    'rabbit://nova:secret#w@mq:5672/',
    'rabbit://nova:secret@[::1/',
    'rabbit://nova:pass@mq1:5672,nova:secret@mq2:x/',
  ])('%j has no such place, and is not repeated', (url) => {
    expect(() => assertTransportUrl(url)).toThrow(/^Invalid transport URL: a host or port/);
    expect(() => assertTransportUrl(url)).not.toThrow(/secret/);
  });
});
