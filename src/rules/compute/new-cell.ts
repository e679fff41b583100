import { RuleError, UsageError } from '../errors.ts';
import { type CellMapping, nameOf } from './cell.ts';
import { isUuid } from '../uuid.ts';

/** nova-manage ends so where another cell has one of the URLs (`nova/cmd/manage.py`, create_cell). */
export const URL_TAKEN = 2;
/** `cell_mappings.name` is a varchar of this length. */
const LONGEST_NAME = 255;

/** A cell that shall be mapped; without a message queue, as alone, its `transportUrl` is null. */
export type NewCell = {
  name: string;
  databaseConnection: string;
  transportUrl: string | null;
  isDisabled: boolean;
};

/** The URLs by which a cell is reached, filled in where they are stored as templates. */
export type Urls = Pick<CellMapping, 'databaseConnection' | 'transportUrl'>;

/** Refuses a name that commands could not find the cell by. */
export function assertCellName(name: string): void {
  if (name.trim() === '') throw badName('is empty');
  if (name.length > LONGEST_NAME) throw badName(`is longer than ${LONGEST_NAME} characters`);
  if (isUuid(name)) throw badName('is written as a uuid is, so that the cell would be taken for another one');
}

const badName = (what: string): UsageError =>
  new UsageError(`The cell's name ${what}.`, 'Give it a name such as cell2.');

/**
 * Refuses a cell whose name, message queue or database another one has. nova-manage compares URLs as they are stored;
 * a template and the URL that it stands for are one here. `wanted` are the new cell's URLs, filled in.
 */
export function assertUnlike(
  name: string,
  wanted: { databaseConnection: string; transportUrl: string | null },
  others: { cell: CellMapping; urls: Urls }[],
): void {
  const sameUrl = others.find(
    ({ urls }) =>
      urls.databaseConnection === wanted.databaseConnection || urls.transportUrl === wanted.transportUrl,
  );
  if (sameUrl)
    throw new RuleError(
      'CellUrlTaken',
      `The specified transport_url and/or database_connection combination already exists for another cell with uuid ${sameUrl.cell.uuid}.`,
      {
        cure: `It is the cell ${nameOf(sameUrl.cell)}. Name a database and a message queue that no other cell has.`,
        exitCode: URL_TAKEN,
        outcome: 'unchanged',
      },
    );
  const sameName = others.find(({ cell }) => cell.name === name);
  if (sameName)
    throw new RuleError(
      'CellNameTaken',
      `There is a cell ${name} already, with uuid ${sameName.cell.uuid}.`,
      {
        cure: 'Choose another name.',
        outcome: 'unchanged',
      },
    );
}

/** Refuses a filled-in transport URL that oslo.messaging could not read (`oslo_messaging/transport.py`, TransportURL.parse). */
export function assertTransportUrl(url: string): void {
  const why = whyUnusable(url);
  if (why === null) return;
  throw new RuleError('InvalidTransportUrl', `Invalid transport URL: ${why}.`, {
    cure: 'Write it as rabbit://nova:PASSWORD@mq.example:5672/.',
    outcome: 'unchanged',
  });
}

/** The URL itself is not repeated: it holds a password. A user in front, as in `nova:PASSWORD@mq`, is no scheme. */
function whyUnusable(url: string): string | null {
  const [all, rest = ''] = /^[a-z][a-z0-9+.-]*:(\/.*)?$/is.exec(url.trim()) ?? [];
  if (all === undefined) return 'No scheme specified';
  const places = /^\/\/([^/?#]*)/.exec(rest)?.[1]?.split(',') ?? [];
  return places.every((place) => isPlace(place.replace(/^.*@/s, '')))
    ? null
    : 'a host or port in it is not valid';
}

/** A host with or without a port; an IPv6 address may stand alone without brackets. */
function isPlace(place: string): boolean {
  const [, port] = /^(?:\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(place) ?? [null, 'none'];
  return port === undefined || Number(port) < 65_536 || /^[^[\]]*:[^[\]]*:[^[\]]*$/.test(place);
}
