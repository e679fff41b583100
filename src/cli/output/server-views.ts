import type { Addresses } from '../../rules/compute/addresses.ts';
import type { ListedServer } from '../../rules/compute/server-view.ts';
import { spelled } from './column-names.ts';
import { Formatted, formattedDict, formattedLists } from './formatted.ts';
import { type Columns, ListOutput } from './outputs.ts';

/** openstackclient shows this where a server has no image of its own. */
export const FROM_VOLUME = 'N/A (booted from volume)';

/** By Nova's numbers. NOTE: openstackclient/compute/v2/server.py, PowerStateColumn. */
const POWER_STATES = ['NOSTATE', 'Running', '', 'Paused', 'Shutdown', '', 'Crashed', 'Suspended'];

export const powerState = (state: number | null): Formatted<number | null> =>
  new Formatted(state, state === null ? 'N/A' : (POWER_STATES[state] ?? 'N/A'));

export const networks = (addresses: Addresses): Formatted<Record<string, string[]>> =>
  formattedLists(
    Object.fromEntries(Object.entries(addresses).map(([name, all]) => [name, all.map((one) => one.address)])),
  );

/** A host that is not known is an empty cell of a table. */
const host = (name: string | null): Formatted<string | null> => new Formatted(name, name ?? '');

/**
 * The columns are those of openstackclient 10.5 at the microversion 2.96. `Image` and `Image ID` are ids; `Image Name` is
 * null, since Glance alone knows it. `Host` is the name that the hypervisor has. `Power State` is Nova's number, and
 * `Networks` addresses by networks. `Created At` is ISO 8601 in UTC. `Cell` is null for a server that is in none yet.
 */
export type ServerListRow = {
  ID: string;
  Name: string | null;
  Status: string;
  'Task State'?: string | null;
  'Power State'?: Formatted<number | null>;
  Networks: Formatted<Record<string, string[]>>;
  Image?: string;
  'Image Name'?: string | null;
  'Image ID'?: string;
  Flavor: string | null;
  'Availability Zone'?: string | null;
  Host?: Formatted<string | null>;
  Properties?: Formatted<Record<string, string>>;
  'Pinned Availability Zone'?: string | null;
  'Project ID'?: string | null;
  'User ID'?: string | null;
  'Created At'?: string | null;
  Locked?: boolean;
  Cell?: string | null;
  'Locked Reason'?: string | null;
};

const COLUMNS: Columns<ListedServer, ServerListRow> = {
  ID: ({ uuid }) => uuid,
  Name: ({ name }) => name,
  Status: ({ status }) => status,
  'Task State': ({ taskState }) => taskState,
  'Power State': (server) => powerState(server.powerState),
  Networks: ({ addresses }) => networks(addresses),
  Image: ({ imageRef }) => imageRef || FROM_VOLUME,
  'Image Name': ({ imageRef }) => (imageRef ? null : FROM_VOLUME),
  'Image ID': ({ imageRef }) => imageRef || FROM_VOLUME,
  Flavor: ({ flavor }) => flavor,
  'Availability Zone': ({ availabilityZone }) => availabilityZone ?? '',
  Host: ({ node }) => host(node),
  Properties: ({ metadata }) => formattedDict(metadata),
  'Pinned Availability Zone': ({ pinnedZone }) => pinnedZone,
  'Project ID': ({ projectId }) => projectId,
  'User ID': ({ userId }) => userId,
  'Created At': ({ createdAt }) => createdAt,
  Locked: ({ isLocked }) => isLocked,
  Cell: ({ cell }) => cell,
  'Locked Reason': ({ lockedReason }) => lockedReason,
};

const SHORT: string[] = ['ID', 'Name', 'Status', 'Networks', 'Image', 'Flavor'];
/** These are shown only where -c names them, as openstackclient has it. */
const ON_REQUEST: string[] = ['User ID', 'Created At'];

type ListView = { long?: boolean; column?: string[] };
type Heading = keyof ServerListRow & string;

/** A column that -c names is shown, whatever else is. */
function hiddenColumns({ long, column = [] }: ListView): Heading[] {
  const named = new Set(column.map(spelled));
  const isShown = (name: string): boolean =>
    named.has(spelled(name)) ||
    (long ? name !== 'Image' && !ON_REQUEST.includes(name) : SHORT.includes(name));
  return (Object.keys(COLUMNS) as Heading[]).filter((name) => !isShown(name));
}

export const serverList = new ListOutput<ListedServer, ServerListRow>(COLUMNS, hiddenColumns);
