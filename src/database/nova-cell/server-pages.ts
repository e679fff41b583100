import type { EntityManager } from '@mikro-orm/postgresql';
import { SOFT_DELETED, statesOf, statusTable } from '../../rules/compute/server-status.ts';
import {
  type ServerOrder,
  type SortColumn,
  type Sorted,
  sortKinds,
  type SortValue,
} from '../../rules/compute/server-order.ts';
import { Conditions } from '../conditions.ts';
import { isoMicros } from '../naive-times.ts';

/** What a list of servers may be narrowed to; undefined: not at all. */
export type ServerFilter = {
  projectId?: string | undefined;
  /** The compute host that it is on. */
  host?: string | undefined;
  availabilityZone?: string | undefined;
  /** One of `serverStatuses`. */
  status?: string | undefined;
  /** A regular expression of PostgreSQL's, which a part of the name matches. */
  name?: string | undefined;
  locked?: boolean | undefined;
  /** Only those that Nova does not delete. */
  isProtected?: boolean | undefined;
  /** Only those that were deleted, soft-deleted ones among them; without it none of either. */
  deleted?: boolean | undefined;
};

/** A server as a list has it. Texts of JSON are as Nova keeps them. */
export type ServerRow = Sorted & {
  name: string | null;
  vmState: string | null;
  taskState: string | null;
  isDeleted: boolean;
  powerState: number | null;
  imageRef: string | null;
  availabilityZone: string | null;
  host: string | null;
  node: string | null;
  projectId: string | null;
  userId: string | null;
  isLocked: boolean;
  lockedReason: string | null;
  createdAt: string | null;
  networkInfo: string | null;
  flavor: string | null;
  metadata: Record<string, string> | null;
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Nova makes a status of two states and of whether the row is deleted. */
const STATUS = `case when i.deleted <> 0 then 'DELETED' ${statusTable()
  .map(({ vmState, taskState, status }) => {
    const task = taskState === null ? '' : ` and i.task_state = ${quoted(taskState)}`;
    return `when i.vm_state = ${quoted(vmState)}${task} then ${quoted(status)}`;
  })
  .join(' ')} else 'UNKNOWN' end`;

/** NULL in `locked` is false. `locked` is what filters and sorting go by; what is shown as locked is `locked_by`. */
const LOCKED = 'coalesce(i.locked, false)';

const COLUMNS: Record<SortColumn, string> = {
  id: 'i.uuid',
  name: 'i.display_name',
  status: STATUS,
  task_state: 'i.task_state',
  power_state: 'i.power_state',
  image_id: 'i.image_ref',
  availability_zone: 'i.availability_zone',
  host: 'i.node',
  locked: LOCKED,
  project_id: 'i.project_id',
  user_id: 'i.user_id',
  created_at: 'i.created_at',
  updated_at: 'i.updated_at',
  launched_at: 'i.launched_at',
  vm_state: 'i.vm_state',
  hostname: 'i.hostname',
  key_name: 'i.key_name',
};

/** Cells may have different collations, and their rows are merged: so texts are sorted by code points. */
const sortedBy = (column: SortColumn): string =>
  `${COLUMNS[column]}${sortKinds[column] === 'text' ? ' collate "C"' : ''}`;

/** Gives a column's value as it is compared elsewhere and asked for again. */
const valueOf = (column: SortColumn): string =>
  sortKinds[column] === 'time' ? isoMicros(COLUMNS[column]) : COLUMNS[column];

const mark = (column: SortColumn): string => (sortKinds[column] === 'time' ? '?::timestamp' : '?');

const DETAILS = `left join lateral (select network_info from instance_info_caches c
    where c.instance_uuid = p.uuid limit 1) c on true
  left join lateral (select flavor from instance_extra e where e.instance_uuid = p.uuid
    order by e.id desc limit 1) e on true
  left join lateral (select value as reason from instance_system_metadata r
    where r.instance_uuid = p.uuid and r.key = 'locked_reason' order by r.id desc limit 1) r on true
  left join lateral (select json_object_agg(coalesce(key, ''), coalesce(value, '') order by m.id) as metadata
    from instance_metadata m where m.instance_uuid = p.uuid and (m.deleted = 0) = not p."isDeleted") m on true`;

export type Page = { order: ServerOrder; after: Sorted | null; size: number };

/** Reads at most `size` of a cell's servers that come after one in the order. */
export async function readServers(em: EntityManager, filter: ServerFilter, page: Page): Promise<ServerRow[]> {
  const { sql, values } = pageStatement(filter, page);
  const rows = await em.execute<(Omit<ServerRow, 'sortValues'> & Record<string, SortValue>)[]>(sql, values);
  return rows.map((row) => ({ ...row, sortValues: page.order.columns.map((_, at) => row[`s${at}`]!) }));
}

/**
 * Gives the statement that reads a page. It is cut from `instances` before anything is joined to it, so that it costs the
 * same wherever it lies where an index has the order, as (deleted, created_at) has that of the newest first.
 */
export function pageStatement(
  filter: ServerFilter,
  { order, after, size }: Page,
): { sql: string; values: unknown[] } {
  const conditions = serverConditions(filter);
  if (after) addAfter(conditions, order, after);
  const direction = order.isDescending ? 'desc' : 'asc';
  const keys = order.columns.map((column) => `${sortedBy(column)} ${direction}`);
  const sorting = [...keys, 'i.uuid collate "C"'].join(', ');
  const sql = `select p.*, c.network_info as "networkInfo", e.flavor, m.metadata, r.reason as "lockedReason" from (
       select i.uuid, i.display_name as name, i.vm_state as "vmState", i.task_state as "taskState",
         i.deleted is distinct from 0 as "isDeleted", i.power_state as "powerState", i.image_ref as "imageRef",
         i.availability_zone as "availabilityZone", i.host, i.node, i.project_id as "projectId",
         i.user_id as "userId", i.locked_by is not null as "isLocked", ${isoMicros('i.created_at')} as "createdAt",
         ${order.columns.map((column, at) => `${valueOf(column)} as s${at},`).join(' ')}
         row_number() over (order by ${sorting}) as place
       from instances i where ${conditions.where.join(' and ')} order by ${sorting} limit ?
     ) p ${DETAILS} order by place`;
  return { sql, values: [...conditions.values, size] };
}

/** Reads what a server is sorted by, deleted or not; null where the cell has none of this uuid. */
export async function readSortValues(
  em: EntityManager,
  uuid: string,
  { columns }: ServerOrder,
): Promise<Sorted | null> {
  const values = columns.map((column, at) => `${valueOf(column)} as s${at}`);
  const [row] = await em.execute<Record<string, SortValue>[]>(
    `select ${values.join(', ')} from instances i where uuid = ?`,
    [uuid],
  );
  return row ? { uuid, sortValues: columns.map((_, at) => row[`s${at}`]!) } : null;
}

/** Gives what the rows of `instances i` meet that a filter wants. */
export function serverConditions(filter: ServerFilter): Conditions {
  const { projectId, host, availabilityZone, status, name, locked, isProtected, deleted } = filter;
  const conditions = new Conditions();
  const add = conditions.add.bind(conditions);
  if (deleted || status === 'DELETED') add(`(i.deleted <> 0 or i.vm_state = ?)`, SOFT_DELETED);
  else add('i.deleted = 0');
  if (!deleted && status === undefined) add('i.vm_state is distinct from ?', SOFT_DELETED);
  // The one of two that a resize to another cell does not count as there (`nova/objects/instance.py`).
  add('i.hidden is not true');
  if (projectId !== undefined) add('i.project_id = ?', projectId);
  if (host !== undefined) add('i.host = ?', host);
  if (availabilityZone !== undefined) add('i.availability_zone = ?', availabilityZone);
  if (name !== undefined) add('i.display_name ~ ?', name);
  if (locked !== undefined) add(`${LOCKED} = ?`, locked);
  if (isProtected !== undefined) add('coalesce(i.disable_terminate, false) = ?', isProtected);
  if (status !== undefined) addStatus(conditions, status);
  return conditions;
}

function addStatus(conditions: Conditions, status: string): void {
  if (status === 'DELETED') return conditions.add('i.deleted <> 0');
  const values: unknown[] = [];
  const each = statesOf(status).map((states) => {
    const [test, tasks] = 'tasks' in states ? ['= any', states.tasks] : ['<> all', states.otherThan];
    values.push(states.vmState, JSON.stringify(tasks));
    return `(i.vm_state = ? and coalesce(i.task_state, '') ${test} (array(select jsonb_array_elements_text(?::jsonb))))`;
  });
  conditions.add(`(i.deleted = 0 and (${each.join(' or ')}))`, ...values);
}

/** PostgreSQL takes NULL for greater than everything else: it is the last of an ascending order, and the first of the other. */
function addAfter(conditions: Conditions, { columns, isDescending }: ServerOrder, after: Sorted): void {
  const levels = columns.map((_, level) => {
    const before = columns.slice(0, level).map((column, at) => equal(column, after.sortValues[at]!));
    return [...before, beyond(columns[level]!, after.sortValues[level]!, isDescending)];
  });
  const equals = columns.map((column, at) => equal(column, after.sortValues[at]!));
  levels.push([...equals, { sql: 'i.uuid collate "C" > ?', values: [after.uuid] }]);
  // An index can begin at a bound, which none of the alternatives is by itself.
  const [first] = after.sortValues;
  if (isDescending && first !== null)
    conditions.add(`${sortedBy(columns[0]!)} <= ${mark(columns[0]!)}`, first);
  conditions.add(
    `(${levels.map((tests) => `(${tests.map(({ sql }) => sql).join(' and ')})`).join(' or ')})`,
    ...levels.flatMap((tests) => tests.flatMap(({ values }) => values)),
  );
}

type Test = { sql: string; values: unknown[] };

const equal = (column: SortColumn, value: SortValue): Test =>
  value === null
    ? { sql: `${COLUMNS[column]} is null`, values: [] }
    : { sql: `${sortedBy(column)} = ${mark(column)}`, values: [value] };

function beyond(column: SortColumn, value: SortValue, isDescending: boolean): Test {
  if (value === null) return { sql: isDescending ? `${COLUMNS[column]} is not null` : 'false', values: [] };
  if (isDescending) return { sql: `${sortedBy(column)} < ${mark(column)}`, values: [value] };
  return { sql: `(${sortedBy(column)} > ${mark(column)} or ${COLUMNS[column]} is null)`, values: [value] };
}
