import { closestNames, didYouMean } from '../closest.ts';
import { UsageError } from '../errors.ts';

/** How values of a column are compared. A time is text, `YYYY-MM-DDTHH:MM:SS.ffffff` in UTC. */
type Kind = 'text' | 'number' | 'boolean' | 'time';

/** What servers can be sorted by: openstackclient's columns, and columns of Nova's that a list does not show. */
export const sortKinds = {
  id: 'text',
  name: 'text',
  status: 'text',
  task_state: 'text',
  power_state: 'number',
  image_id: 'text',
  availability_zone: 'text',
  host: 'text',
  locked: 'boolean',
  project_id: 'text',
  user_id: 'text',
  created_at: 'time',
  updated_at: 'time',
  launched_at: 'time',
  vm_state: 'text',
  hostname: 'text',
  key_name: 'text',
} as const satisfies Record<string, Kind>;

export type SortColumn = keyof typeof sortKinds;

/** Other names of the same columns: `Image` without --long, and the names by which Nova's API sorts. */
const ALIASES: Record<string, SortColumn> = {
  image: 'image_id',
  image_ref: 'image_id',
  display_name: 'name',
  uuid: 'id',
  node: 'host',
};

/** A list is in the order of these columns, the first of which counts most, and then of the servers' uuids. */
export type ServerOrder = { columns: SortColumn[]; isDescending: boolean };

/** What a server is sorted by: a value for each column of the order. */
export type SortValue = string | number | boolean | null;
export type Sorted = { uuid: string; sortValues: SortValue[] };

/** Nova lists the newest first. NOTE: nova/api/openstack/common.py, get_sort_params. */
export const NEWEST_FIRST: ServerOrder = { columns: ['created_at'], isDescending: true };

/** Reads the names of columns, however they are spelt; a UsageError where servers can't be sorted by one. */
export function serverOrder(names: string[], isDescending: boolean): ServerOrder {
  const columns = names.map((name) => {
    const spelt = name.toLowerCase().trim().replaceAll(' ', '_');
    const column = ALIASES[spelt] ?? spelt;
    if (Object.hasOwn(sortKinds, column)) return column as SortColumn;
    const known = Object.keys(sortKinds);
    throw new UsageError(
      `Servers can not be sorted by '${name}'.`,
      `${didYouMean(closestNames(spelt, known))}They can be by: ${known.join(', ')}.`,
    );
  });
  return { columns, isDescending };
}

/**
 * Compares two servers as every database sorts them: texts by code points, false before true, and what is not set as
 * greater than everything else. Of equal ones the smaller uuid is the first, in both directions.
 */
export function compareServers(order: ServerOrder, one: Sorted, other: Sorted): number {
  for (const at of order.columns.keys()) {
    const found = compareValues(one.sortValues[at]!, other.sortValues[at]!);
    if (found !== 0) return order.isDescending ? -found : found;
  }
  return compareTexts(one.uuid, other.uuid);
}

function compareValues(one: SortValue, other: SortValue): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (typeof one === 'string' && typeof other === 'string') return compareTexts(one, other);
  return Number(one) - Number(other);
}

/** UTF-8 sorts as code points do; JavaScript's own order is that of UTF-16. */
function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  const [left, right] = [[...one], [...other]];
  const at = left.findIndex((character, index) => character !== right[index]);
  if (at < 0) return -1;
  return right[at] === undefined ? 1 : left[at]!.codePointAt(0)! - right[at].codePointAt(0)!;
}
