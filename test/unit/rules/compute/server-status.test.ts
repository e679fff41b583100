import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  serverStatus,
  serverStatuses,
  statesOf,
  statusTable,
} from '../../../../src/rules/compute/server-status.ts';

/** What Nova's own function says of every pair of states that it has, and of states that it does not have. */
const recorded = JSON.parse(readFileSync('test/fixtures/upstream/nova/server-status.json', 'utf8')) as [
  vmState: string | null,
  taskState: string | null,
  status: string,
][];

it('a status is what Nova says of all states', () => {
  const ours = recorded.map(([vmState, taskState]) => [
    vmState,
    taskState,
    serverStatus({ vmState, taskState, isDeleted: false }),
  ]);
  expect(ours).toEqual(recorded);
  expect(recorded.length).toBeGreaterThan(500);
});

it.each(['constructor', 'default', '__proto__'])(
  'a state is never found in what objects inherit: %s',
  (state) => {
    expect(serverStatus({ vmState: state, taskState: null, isDeleted: false })).toBe('UNKNOWN');
    expect(serverStatus({ vmState: 'building', taskState: state, isDeleted: false })).toBe('BUILD');
  },
);

it('a deleted server is DELETED, whatever it was', () => {
  expect(serverStatus({ vmState: 'active', taskState: null, isDeleted: true })).toBe('DELETED');
});

describe('the states of a status are those that have it, and no others:', () => {
  it.each(serverStatuses)('%s', (status) => {
    const states = statesOf(status);
    const has = (vmState: string | null, taskState: string | null): boolean =>
      states.some((one) => {
        if (one.vmState !== vmState) return false;
        return 'tasks' in one
          ? one.tasks.includes(taskState ?? '')
          : !one.otherThan.includes(taskState ?? '');
      });
    const unlike = recorded.filter(
      ([vmState, taskState, theirs]) => has(vmState, taskState) !== (theirs === status),
    );
    expect(unlike).toEqual([]);
  });

  it('a status that nothing has is of no states', () => expect(statesOf('NONE')).toEqual([]));
});

it('the table has the tasks of a state before all others of it, as a CASE needs them', () => {
  const places = statusTable().map(({ vmState, taskState }) => `${vmState} ${taskState}`);
  expect(places.indexOf('active rebuilding')).toBeLessThan(places.indexOf('active null'));
  expect(new Set(places).size).toBe(places.length);
});
