import { withRuleFailures } from '../../../src/activities/rule-failures.ts';
import { RuleError } from '../../../src/rules/errors.ts';
import { hostTaskQueue } from '../../../src/rules/target.ts';
import type * as workflows from '../../../src/workflows/index.ts';
import type { Scenario } from './simulated-run.ts';
import type { Fakes } from './simulated-step.ts';

export const TARGET = '0123456789ab';
export const HOST_QUEUE = hostTaskQueue(TARGET, 'host');
const CHANGE = { action: 'create', resource: 'role', name: 'reader', id: null };
export const report = (changes: object[] = [CHANGE]) => ({
  requestId: 'r',
  changes,
  warnings: [],
  userCreated: true,
});

/** Makes a request as it was before requests named their workflow; the results of that time have no claim either. */
const olderRequest = (requestId: string) => ({
  target: TARGET,
  requestId,
  suite: 'keystone',
  hostname: 'host',
  configFiles: [],
  configDirs: [],
});
/** Makes a request as a command asks it of the workflow. */
export const requestOf = (workflow: string) => ({
  ...olderRequest('r'),
  workflow,
  askedAt: '2026-01-01T00:00:00.000Z',
});
export const OTHER_TARGET = 'ba9876543210';
/** Makes a request for the checks of both suites, whose databases are two targets. */
export const requestOfSuites = (...suites: string[]) => ({
  target: TARGET,
  requestId: 'r',
  workflow: 'upgradeCheck',
  askedAt: '2026-01-01T00:00:00.000Z',
  hostname: 'host',
  suites: suites.map((suite) => ({
    suite,
    target: suite === 'nova' ? OTHER_TARGET : TARGET,
    configFiles: [`/etc/${suite}.conf`],
    configDirs: [],
  })),
});
export const check = (id: string, needs: string) => ({
  id,
  order: 1,
  title: `Check ${id}`,
  needs,
  remedy: 'x',
});
export const outcome = (id: string) => ({ id, title: `Check ${id}`, code: 0, details: null, remedy: null });

/** Wraps the fakes as a worker wraps its activities; `attempt` reaches them all the same. */
export const bound = (fakes: Fakes): Fakes =>
  Object.fromEntries(
    Object.entries(fakes).map(([step, fake]) => [
      step,
      (input, claim, attempt) =>
        withRuleFailures(input.target, { [step]: (it) => fake(it, claim, attempt) })[step]!(input, claim),
    ]),
  );

const bootstrap: Fakes = { planBootstrap: async () => report(), applyBootstrap: async () => report() };
const upgradeCheck: Fakes = {
  listChecks: async () =>
    [check('a', 'database'), check('b', 'files')].map((it) => ({ ...it, title: it.id })),
  runCheck: async ({ id }) => ({ ...outcome(id), title: id }),
};

export const GUEST_QUEUE = hostTaskQueue(TARGET, 'host1');
const nothing = async () => null;
export const serverCreate: Fakes = {
  acceptServer: nothing,
  placeServer: nothing,
  spawnServer: nothing,
  finishServer: nothing,
  failServer: async () => 'error',
  announceServer: nothing,
};
export const serverDelete: Fakes = {
  beginDelete: nothing,
  destroyServer: nothing,
  finishDelete: nothing,
  queueDelete: nothing,
  failDelete: async () => 'error',
  announceServer: nothing,
};
const CHANGED = {
  target: TARGET,
  requestId: 'r',
  askedAt: '2026-01-01T00:00:00.000Z',
  requester: { user: 'alice', sudoUser: null, host: 'here' },
  uuid: 'u',
};
export const createRequest = {
  ...CHANGED,
  workflow: 'serverCreate',
  caller: { userId: 'alice', projectId: 'demo' },
  server: { uuid: 'u', name: 'web1', host: 'host1', cell: 'c' },
};
export const deleteRequest = {
  ...CHANGED,
  workflow: 'serverDelete',
  caller: { userId: null, projectId: null },
  cell: 'c',
  host: 'host1',
};
export const serverSet: Fakes = { setServer: async () => 'web0', announceServer: nothing };
export const setRequest = {
  ...deleteRequest,
  workflow: 'serverSet',
  patch: { name: 'web1', properties: {}, tags: [] },
};
export const lockRequest = {
  ...deleteRequest,
  workflow: 'serverLock',
  host: null,
  locking: { kind: 'lock', reason: 'because', lease: { id: 'l', until: { seconds: 60 } } },
};
export const serverLock: Fakes = {
  changeLock: async () => ({ ended: 'old', isTold: false }),
  announceLock: nothing,
  wakeLease: nothing,
  armLease: nothing,
};
export const fleetRequest = {
  ...CHANGED,
  workflow: 'serverLockFleet',
  caller: { userId: null, projectId: null },
  locking: lockRequest.locking,
  selection: {
    by: 'filter',
    filter: { projectId: null, host: null, availabilityZone: null, name: null, status: null },
    force: false,
  },
};
/** Two cells; the first one has 1,500 servers, of which one is locked already, and the other one none. */
export const serverLockFleet: Fakes = {
  listLockCells: async () => [
    { uuid: 'c1', name: 'cell1' },
    { uuid: 'c2', name: 'cell2' },
  ],
  beginLocks: async () => [],
  changeLocks: async ({ cell, after }) =>
    cell === 'c2'
      ? { changed: 0, left: 0, refused: 0, last: null }
      : after === 0
        ? { changed: 999, left: 1, refused: 0, last: 1000 }
        : { changed: 500, left: 0, refused: 0, last: null },
  announceLocks: nothing,
  stopLocks: nothing,
  armLease: nothing,
  wakeLease: nothing,
};
export const leaseRequest = {
  target: TARGET,
  requestId: 'r',
  askedAt: '2026-01-01T00:00:00.000Z',
  workflow: 'serverLease',
};
/** A lease that ends after that time, in one of two cells. */
export const serverLease = (ms: number): Fakes => {
  const states = [
    { due: [], waitMs: ms },
    { due: ['c1'], waitMs: null },
    { due: [], waitMs: null },
  ];
  return {
    lookAtLease: async () => states.shift(),
    endLocks: async () => ({ changed: 2, left: 0, refused: 0, last: null }),
    announceEnded: nothing,
  };
};
export const serverProtect: Fakes = { protectServer: nothing };
export const protectRequest = { ...deleteRequest, workflow: 'serverProtect', host: null, reason: 'because' };
export const refusedBy = (message: string) => async (): Promise<never> => {
  throw new RuleError('NoImage', message, { cure: 'Make it.' });
};

/**
 * `scripts/record-histories.ts` records these on a real Temporal, by workflow and by the history's name. The type check
 * wants every workflow here. A history that is there is the past, and so is its scenario.
 */
export const recorded: Record<
  Exclude<keyof typeof workflows, 'default'>,
  Record<string, Omit<Scenario, 'workflow'>>
> = {
  bootstrap: {
    bootstrap: { input: olderRequest('bootstrap'), fakes: bootstrap },
    'bootstrap-nothing-to-do': {
      input: olderRequest('bootstrap-nothing-to-do'),
      fakes: { ...bootstrap, planBootstrap: async () => report([]) },
    },
    'bootstrap-cancelled': {
      input: requestOf('bootstrap'),
      fakes: bound({
        ...bootstrap,
        planBootstrap: async (_input, _claim, attempt) => {
          await attempt.cancel();
          return report();
        },
      }),
    },
  },
  serverCreate: {
    'server-create': { input: createRequest, fakes: bound(serverCreate) },
    'server-create-cancelled': {
      input: createRequest,
      fakes: bound({
        ...serverCreate,
        spawnServer: async (_input, _claim, attempt) => {
          await attempt.cancel();
          return null;
        },
      }),
    },
  },
  serverLock: { 'server-lock': { input: lockRequest, fakes: bound(serverLock) } },
  serverLockFleet: {
    'server-lock-fleet': { input: fleetRequest, fakes: bound(serverLockFleet) },
    'server-lock-fleet-cancelled': {
      input: fleetRequest,
      fakes: bound({
        ...serverLockFleet,
        changeLocks: async (input, _claim, attempt) => {
          if (input.after > 0) await attempt.cancel();
          return {
            changed: 1000,
            left: 0,
            refused: 0,
            last: input.cell === 'c2' ? null : input.after + 1000,
          };
        },
      }),
    },
  },
  serverLease: { 'server-lease': { input: leaseRequest, fakes: bound(serverLease(500)) } },
  serverProtect: { 'server-protect': { input: protectRequest, fakes: bound(serverProtect) } },
  serverSet: { 'server-set': { input: setRequest, fakes: bound(serverSet) } },
  serverDelete: { 'server-delete': { input: deleteRequest, fakes: bound(serverDelete) } },
  upgradeCheck: {
    'upgrade-check': { input: olderRequest('upgrade-check'), fakes: upgradeCheck },
    'upgrade-check-unfinished': {
      input: requestOf('upgradeCheck'),
      fakes: bound({
        ...upgradeCheck,
        runCheck: async () => {
          throw new Error('no answer');
        },
      }),
      idleQueues: [HOST_QUEUE],
    },
  },
};
