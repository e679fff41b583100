/** What a status of the API is, by `task_state`; `default` is for the others, and for no task. */
type OfVmState = { readonly default: string; readonly [taskState: string]: string };

const REBUILD = {
  rebuilding: 'REBUILD',
  rebuild_block_device_mapping: 'REBUILD',
  rebuild_spawning: 'REBUILD',
};
const RESIZE = {
  resize_prep: 'RESIZE',
  resize_migrating: 'RESIZE',
  resize_migrated: 'RESIZE',
  resize_finish: 'RESIZE',
};

/** NOTE: nova/api/openstack/common.py, _STATE_MAP, with the states of nova/compute/vm_states.py and task_states.py. */
const STATUSES: Readonly<Record<string, OfVmState>> = {
  active: {
    default: 'ACTIVE',
    rebooting: 'REBOOT',
    reboot_pending: 'REBOOT',
    reboot_started: 'REBOOT',
    rebooting_hard: 'HARD_REBOOT',
    reboot_pending_hard: 'HARD_REBOOT',
    reboot_started_hard: 'HARD_REBOOT',
    updating_password: 'PASSWORD',
    ...REBUILD,
    migrating: 'MIGRATING',
    ...RESIZE,
  },
  building: { default: 'BUILD' },
  stopped: { default: 'SHUTOFF', ...RESIZE, ...REBUILD },
  resized: { default: 'VERIFY_RESIZE', resize_reverting: 'REVERT_RESIZE' },
  paused: { default: 'PAUSED', migrating: 'MIGRATING' },
  suspended: { default: 'SUSPENDED' },
  rescued: { default: 'RESCUE' },
  error: { default: 'ERROR', ...REBUILD },
  deleted: { default: 'DELETED' },
  'soft-delete': { default: 'SOFT_DELETED' },
  shelved: { default: 'SHELVED' },
  shelved_offloaded: { default: 'SHELVED_OFFLOADED' },
};

/** The `vm_state` of a server that Nova still keeps for a while after its deletion. */
export const SOFT_DELETED = 'soft-delete';
/** The `vm_state` of a server whose guest was never made. */
export const BUILDING = 'building';

/** Nova shows this for a state that it does not know. */
const UNKNOWN = 'UNKNOWN';

/** The statuses that a list can be narrowed to, by their names. */
export const serverStatuses: readonly string[] = [
  ...new Set(Object.values(STATUSES).flatMap((ofState) => Object.values(ofState))),
].toSorted();

type States = { vmState: string | null; taskState: string | null; isDeleted: boolean };

/** Gives the status that Nova's API shows of a server in these states, such as `ACTIVE`. */
export function serverStatus({ vmState, taskState, isDeleted }: States): string {
  if (isDeleted) return 'DELETED';
  const ofState = own(STATUSES, vmState ?? '');
  return ofState === undefined ? UNKNOWN : (own(ofState, taskState ?? '') ?? ofState.default);
}

/** Names of states come from a database, and must not find what every object has. */
const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** The states of which one status is made: of this `vm_state`, these tasks, or all but these (no task among them). */
export type StatesOf = { vmState: string } & ({ tasks: string[] } | { otherThan: string[] });

/** Gives the states of a server that was not deleted and has this status; none where nothing has it. */
export function statesOf(status: string): StatesOf[] {
  return Object.entries(STATUSES).flatMap(([vmState, { default: usual, ...byTask }]): StatesOf[] => {
    const tasks = Object.keys(byTask);
    if (usual === status) return [{ vmState, otherThan: tasks.filter((task) => byTask[task] !== status) }];
    const those = tasks.filter((task) => byTask[task] === status);
    return those.length > 0 ? [{ vmState, tasks: those }] : [];
  });
}

/** Every pair of states with the status that it makes, for whoever has to tell it to a database; null is any other task. */
export const statusTable = (): { vmState: string; taskState: string | null; status: string }[] =>
  Object.entries(STATUSES).flatMap(([vmState, { default: usual, ...byTask }]) => [
    ...Object.entries(byTask).map(([taskState, status]) => ({ vmState, taskState, status })),
    { vmState, taskState: null, status: usual },
  ]);
