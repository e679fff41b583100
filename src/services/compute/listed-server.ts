import type { ServerFilter, ServerRow } from '../../database/nova-cell/server-pages.ts';
import { addressesIn } from '../../rules/compute/addresses.ts';
import type { ListedServer } from '../../rules/compute/server-view.ts';
import { naiveTime } from '../../rules/naive-time.ts';
import type { SortColumn, ServerOrder, SortValue } from '../../rules/compute/server-order.ts';
import { BUILDING, serverStatus } from '../../rules/compute/server-status.ts';
import type { Server } from '../../rules/compute/server.ts';
import { flavorIn, type RequestSpec, storedFlavor } from '../../rules/compute/stored-objects.ts';

/** A row with the name of the cell that it is of; null where no cell has been chosen for the server. */
export type PlacedRow = ServerRow & { cell: string | null };

/** What the API database tells of servers: the zones of hosts, and what each was asked for. */
export type Origin = { zones: Map<string, string>; specs: Map<string, RequestSpec> };

export function listedServer(row: PlacedRow, { zones, specs }: Origin): ListedServer {
  const {
    uuid,
    name,
    taskState,
    powerState,
    imageRef,
    node,
    projectId,
    userId,
    isLocked,
    lockedReason,
    cell,
  } = row;
  return {
    uuid,
    name,
    status: serverStatus(row),
    taskState,
    powerState,
    // Nova hides them while a server is being built (`nova/api/openstack/compute/views/servers.py`).
    addresses: row.vmState === BUILDING ? {} : addressesIn(row.networkInfo),
    imageRef,
    flavor: flavorIn(row.flavor)?.name ?? null,
    availabilityZone: zoneOf(row, zones),
    node,
    metadata: row.metadata ?? {},
    pinnedZone: specs.get(uuid)?.availabilityZone ?? null,
    projectId,
    userId,
    createdAt: row.createdAt && `${row.createdAt.slice(0, 19)}Z`,
    isLocked,
    lockedReason,
    cell,
  };
}

/**
 * Gives the zone of a server's host; of a server that is on none, the one that it was asked for. Nova notes in the server
 * itself which zone a host has that is in no aggregate.
 */
export const zoneOf = (
  { host, availabilityZone }: Pick<Server, 'host' | 'availabilityZone'>,
  zones: Map<string, string>,
): string | null => (host === null ? undefined : zones.get(host)) ?? availabilityZone;

/** Gives the row that a cell would have of a server which is no more than a build request. */
export function buildingRow(server: Server, order: ServerOrder): PlacedRow {
  const { displayName: name, lockedBy, createdAt, flavor, ...others } = server;
  return {
    ...others,
    name,
    isLocked: lockedBy !== null,
    createdAt: naiveTime(createdAt),
    networkInfo: null,
    flavor: flavor && storedFlavor(flavor),
    sortValues: sortValuesOf(server, order),
    cell: null,
  };
}

/** Tells whether a server that is being built belongs into a list; its name is compared by the database. */
export function isWantedBuilding(server: Server, filter: ServerFilter): boolean {
  const { projectId, host, availabilityZone, status, locked, isProtected, deleted } = filter;
  if (deleted || host !== undefined || isProtected) return false;
  if (availabilityZone !== undefined && server.availabilityZone !== availabilityZone) return false;
  if (projectId !== undefined && server.projectId !== projectId) return false;
  if (status !== undefined && serverStatus(server) !== status) return false;
  return locked === undefined || server.isLocked === locked;
}

const SORTED_BY: Record<SortColumn, (server: Server) => SortValue> = {
  id: ({ uuid }) => uuid,
  name: ({ displayName }) => displayName,
  status: serverStatus,
  task_state: ({ taskState }) => taskState,
  power_state: ({ powerState }) => powerState,
  image_id: ({ imageRef }) => imageRef,
  availability_zone: ({ availabilityZone }) => availabilityZone,
  host: ({ node }) => node,
  locked: ({ isLocked }) => isLocked,
  project_id: ({ projectId }) => projectId,
  user_id: ({ userId }) => userId,
  created_at: ({ createdAt }) => naiveTime(createdAt),
  updated_at: ({ updatedAt }) => naiveTime(updatedAt),
  launched_at: ({ launchedAt }) => naiveTime(launchedAt),
  vm_state: ({ vmState }) => vmState,
  hostname: ({ hostname }) => hostname,
  key_name: ({ keyName }) => keyName,
};

export const sortValuesOf = (server: Server, { columns }: ServerOrder): SortValue[] =>
  columns.map((column) => SORTED_BY[column](server));
