import { describe, expect, it } from '@jest/globals';
import { faultsOf, type History, type Operation, type Read } from '../../support/locks/lock-history.ts';

type What = Operation['what'];
const lock = (reason: string | null = null, lease: string | null = null): What => ({
  kind: 'lock',
  reason,
  lease,
});
const UNLOCK: What = { kind: 'unlock' };
const DELETION: What = { kind: 'deletion' };
const GONE: What = { kind: 'gone' };

/** Makes an operation that lasts from one time to another. */
const operation = (
  request: string,
  [invokedAt, respondedAt]: [number, number],
  what: What,
  { by = 'owner', outcome = 'done' }: Partial<Pick<Operation, 'by' | 'outcome'>> = {},
): Operation => ({ request, invokedAt, respondedAt, what, by, outcome });

const UNLOCKED = { isGone: false, isLocked: false, lockedBy: null, reasons: [], intent: null };
const kindOf = ({ what }: Operation): string => (what.kind === 'deletion' ? 'delete' : what.kind);
const actionsOf = (operations: Operation[]): Read['actions'] =>
  operations.map((each) => ({ kind: kindOf(each), request: each.request }));

/** Makes a read of a server on which this operation has put a lock; null: it has none. */
function read(at: number, by: Operation | null, actions: Operation[], more: Partial<Read> = {}): Read {
  const timed = { invokedAt: at, respondedAt: at, actions: actionsOf(actions) };
  if (by?.what.kind !== 'lock') return { ...timed, ...UNLOCKED, ...more };
  const { reason, lease } = by.what;
  return {
    ...timed,
    isGone: false,
    isLocked: true,
    lockedBy: by.by,
    reasons: reason === null ? [] : [reason],
    intent: { by: by.by, reason, request: by.request, lease },
    ...more,
  };
}

const first = operation('first', [1, 10], lock('old'));
const second = operation('second', [2, 11], lock('new'), { by: 'admin' });
const early = operation('early', [2, 11], lock('new'));
/** Two locks at once, and a read at the end. */
const both = (more: Partial<Read> = {}): History => ({
  operations: [first, second],
  reads: [],
  final: read(20, second, [first, second], more),
});

describe('a history is taken', () => {
  it.each<[string, History]>([
    ['of nothing', { operations: [], reads: [read(1, null, [])], final: read(2, null, []) }],
    ['of two locks at once', both()],
    [
      'of two locks at once, of which the one that began later comes first',
      { operations: [first, early], reads: [], final: read(20, first, [early, first]) },
    ],
    [
      'of reads between two changes, also where they overlap',
      {
        ...both(),
        reads: [read(3, null, []), read(4, first, [first]), read(5, second, [first, second])],
      },
    ],
  ])('%s', (_, history) => {
    expect(faultsOf(history)).toEqual([]);
  });

  it('of refusals that have a place, though not at their beginning', () => {
    const put = operation('put', [1, 4], lock('why'), { by: 'admin' });
    const off = operation('off', [6, 9], UNLOCK, { by: 'admin' });
    const refused = operation('refused', [0, 5], UNLOCK, { outcome: 'AdminLock' });
    const kept = operation('kept', [0, 30], DELETION, { outcome: 'AdminLock' });
    const history = { reads: [], final: read(40, null, [put, off]) };
    expect(faultsOf({ ...history, operations: [refused, put, off] })).toEqual([]);
    expect(faultsOf({ ...history, operations: [kept, put, off] })).toHaveLength(1);
  });

  it('of a server that goes, and keeps its rows', () => {
    const put = operation('put', [1, 3], lock('why', 'lease'));
    const going = operation('going', [1, 4], DELETION, { by: 'admin' });
    const gone = [operation('gone', [5, 8], GONE), operation('gone again', [6, 7], GONE)];
    const late = operation('late', [6, 9], UNLOCK, { outcome: 'InstanceNotFound' });
    const last = read(10, put, [put, going], { isGone: true });
    const history = { operations: [put, going, ...gone, late], reads: [], final: last };
    expect(faultsOf(history)).toEqual([]);
    expect(faultsOf({ ...history, reads: [{ ...last, invokedAt: 4.5, respondedAt: 4.6 }] })).toHaveLength(1);
  });

  it('of locks that are left as they are, and taken off where they are still the same', () => {
    const put = operation('put', [1, 2], lock('why', 'lease'));
    const left = operation('fleet', [3, 4], { ...lock(), unlessLocked: true } as What, { outcome: 'left' });
    const end = operation('lease', [5, 6], { kind: 'unlock', onlyOf: 'lease' });
    const again = operation('again', [7, 8], { kind: 'unlock', onlyOf: 'put' }, { outcome: 'left' });
    const operations = [put, left, end, again];
    expect(faultsOf({ operations, reads: [], final: read(9, null, [put, end]) })).toEqual([]);
  });
});

describe('a history is refused', () => {
  const off = operation('off', [12, 13], UNLOCK, { by: 'admin' });
  const refused = operation('refused', [12, 13], UNLOCK, { outcome: 'AdminLock' });
  it.each<[string, History, RegExp]>([
    ['with a stale reason', both({ reasons: ['old'] }), /^At the end a read saw .*"reasons":\["old"\]/],
    ['with two reasons', both({ reasons: ['old', 'new'] }), /^At the end/],
    [
      'with a reason and no lock',
      {
        operations: [first, second, off],
        reads: [],
        final: read(20, null, [first, second, off], { reasons: ['new'] }),
      },
      /^At the end a read saw .*"isLocked":false,.*"reasons":\["new"\]/,
    ],
    [
      'with a lock that has no action',
      { operations: [first], reads: [], final: read(20, first, []) },
      /^first was done 1 times and has 0 actions$/,
    ],
    [
      'with a lock that has two actions',
      { operations: [first], reads: [], final: read(20, first, [first, first]) },
      /^first was done 1 times and has 2 actions$/,
    ],
    [
      'with an action of what was refused',
      { operations: [second, refused], reads: [], final: read(20, null, [second, refused]) },
      /^refused was done 0 times and has 1 actions$/,
    ],
    [
      'with a refusal that took the lock off',
      { operations: [second, refused], reads: [], final: read(20, null, [second]) },
      /^At the end/,
    ],
    [
      'with a refusal that the rule does not know',
      {
        operations: [operation('r', [1, 2], UNLOCK, { outcome: 'Odd' })],
        reads: [],
        final: read(9, null, []),
      },
      /^r \(.*Odd\) fits nowhere between the changes 0 and 0$/,
    ],
    [
      "with an owner's change of an admin's lock",
      {
        operations: [second, operation('bold', [12, 13], UNLOCK)],
        reads: [],
        final: read(20, null, [second, operation('bold', [12, 13], UNLOCK)]),
      },
      /^bold .* was done, where the rule says AdminLock$/,
    ],
    [
      'whose actions are not in the order of time',
      { operations: [second, off], reads: [], final: read(20, second, [off, second]) },
      /^second .* had ended before off .* began, and is noted behind it$/,
    ],
    [
      'with a row of keyward that is not of the lock',
      both({ intent: { by: 'owner', reason: 'old', request: 'first', lease: null } }),
      /^At the end/,
    ],
    ['with a row of keyward and no lock', { ...both(), reads: [both({ ...UNLOCKED }).final] }, /^a read saw/],
    [
      'with a read that is too old',
      { ...both(), reads: [read(15, first, [first])] },
      /^a read saw .* fits nowhere between the changes 2 and 2$/,
    ],
    [
      'with two reads that go back in time',
      { ...both(), reads: [read(4, first, [first]), read(5, null, [])] },
      /^a read saw .* fits nowhere between the changes 1 and 2$/,
    ],
    [
      'with a lock on a server that is gone',
      {
        operations: [operation('gone', [1, 2], GONE), operation('late', [3, 4], lock())],
        reads: [],
        final: read(9, operation('late', [3, 4], lock()), [operation('late', [3, 4], lock())]),
      },
      /^gone .* had ended before late .* began, and is noted behind it$/,
    ],
  ])('%s', (_, history, words) => {
    expect(faultsOf(history)).toContainEqual(expect.stringMatching(words));
  });
});
