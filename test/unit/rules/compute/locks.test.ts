import { describe, expect, it } from '@jest/globals';
import {
  assertMayLock,
  assertUnlocked,
  hasLock,
  roleOver,
} from '../../../../src/rules/compute/instance-lock.ts';
import { driftOf } from '../../../../src/rules/compute/lock-drift.ts';
import { assertReason, lockRunIn } from '../../../../src/rules/compute/lock-request.ts';

const server = (lockedBy: 'owner' | 'admin' | null, isLocked = lockedBy !== null) => ({
  uuid: 'u',
  projectId: 'p',
  isLocked,
  lockedBy,
  lockedReason: 'because',
});
const owner = { userId: 'alice', projectId: 'p' };
const nobody = { userId: null, projectId: null };
const elsewhere = { userId: 'root', projectId: 'admins' };

it('whoever acts in the project of a server is its owner, and everybody else an admin', () => {
  expect([owner, nobody, elsewhere].map((caller) => roleOver(caller, server(null)))).toEqual([
    'owner',
    'admin',
    'admin',
  ]);
});

it('a server of no project has no owner', () => {
  expect(roleOver(nobody, { projectId: null })).toBe('admin');
});

it("a lock keeps an owner from changes, the owner's own lock too, and no admin", () => {
  for (const by of ['owner', 'admin'] as const) {
    expect(() => assertUnlocked(server(by), owner)).toThrow('Instance u is locked. The reason is: because');
    expect(() => assertUnlocked(server(by), nobody)).not.toThrow();
    expect(() => assertUnlocked(server(by), elsewhere)).not.toThrow();
  }
  expect(() => assertUnlocked(server(null), owner)).not.toThrow();
});

describe('a lock may be changed', () => {
  it.each([
    ['lock', null, owner],
    ['lock', 'owner', owner],
    ['lock', 'owner', nobody],
    ['lock', 'admin', nobody],
    ['lock', 'admin', elsewhere],
    ['unlock', null, owner],
    ['unlock', 'owner', owner],
    ['unlock', 'owner', elsewhere],
    ['unlock', 'admin', nobody],
  ] as const)('%s on the lock of %s by %j', (kind, by, caller) => {
    expect(() => assertMayLock(kind, server(by), caller)).not.toThrow();
  });

  it('not by an owner where it is an admin’s, in the words of Nova where it is to be undone', () => {
    expect(() => assertMayLock('unlock', server('admin'), owner)).toThrow(
      "Policy doesn't allow os_compute_api:os-lock-server:unlock:unlock_override to be performed.",
    );
    expect(() => assertMayLock('lock', server('admin'), owner)).toThrow("its owner can't replace");
  });
});

it('either of the two columns of Nova makes a lock', () => {
  expect([server(null), server('owner'), server(null, true), server('owner', false)].map(hasLock)).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

describe('drift', () => {
  const rows = { isLocked: true, lockedBy: 'admin', reason: 'r' } as const;
  const intent = { lockedBy: 'admin', reason: 'r', isNewest: true } as const;
  it.each([
    [rows, intent, null],
    [{ ...rows, reason: null }, intent, 'reason lost'],
    [{ ...rows, reason: 'other' }, intent, 'reason lost'],
    [rows, { ...intent, reason: null }, 'reason lost'],
    [{ ...rows, lockedBy: 'owner' }, intent, 'role lost'],
    [{ isLocked: false, lockedBy: null, reason: null }, intent, 'lock lost'],
    [{ isLocked: false, lockedBy: null, reason: 'r' }, intent, 'lock lost'],
    [{ ...rows, isLocked: false }, intent, 'half locked'],
    [{ ...rows, lockedBy: null }, intent, 'half locked'],
    [rows, { ...intent, isNewest: false }, 'changed since'],
    [{ isLocked: false, lockedBy: null, reason: null }, { ...intent, isNewest: false }, 'changed since'],
    [rows, null, null],
    [{ ...rows, lockedBy: null }, null, 'half locked'],
  ] as const)('of %j, where %j is meant, is %j', (found, meant, drift) => {
    expect(driftOf(found, meant, 'lock')).toBe(drift);
  });

  it('of a lock whose newest action is an unlock is that unlock, lost', () => {
    expect(driftOf(rows, null, 'unlock')).toBe('unlock lost');
    expect(driftOf({ isLocked: false, lockedBy: null, reason: null }, null, 'unlock')).toBeNull();
    expect(driftOf(rows, null, null)).toBeNull();
  });
});

describe('a reason', () => {
  it.each(['x', ' ', 'é'.repeat(255), '😀'.repeat(255)])('%j is one', (reason) => {
    expect(() => assertReason(reason)).not.toThrow();
  });

  it.each([
    ['', 'is empty'],
    ['x'.repeat(256), 'has 256 characters'],
    ['😀'.repeat(256), 'has 256 characters'],
    ['a\0b', 'has a NUL character'],
  ])('%j is none', (reason, why) => {
    expect(() => assertReason(reason)).toThrow(why);
  });
});

it('a run is named by its id or by its request', () => {
  const id = '0f0e6f5c-53a1-4f68-8c5e-5d4a4f1c7b11';
  const target = '0123456789ab';
  expect(
    [id, `${target}/server-lock-fleet/${id}`, `${target}/server-lock/${id}`].map((given) =>
      lockRunIn(target, given),
    ),
  ).toEqual([id, id, id]);
  const others = ['', '1', `ba9876543210/server-lock/${id}`, `${target}/server/${id}`, `${id} `];
  expect(others.map((given) => lockRunIn(target, given))).toEqual(others.map(() => null));
});
