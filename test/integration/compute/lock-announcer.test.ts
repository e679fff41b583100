import { expect, it } from '@jest/globals';
import { LockAnnouncer } from '../../../src/services/compute/lock-announcer.ts';
import { NotificationService } from '../../../src/services/compute/notification-service.ts';
import type { Notification } from '../../../src/rules/compute/notification.ts';
import { chosen, lock, LockCells } from '../../support/locks/lock-cells.ts';

let made: LockCells;
LockCells.perFile((cells) => (made = cells));

/** An announcer, and what it has told of so far. */
function announcing() {
  const told: Notification[] = [];
  const notifier = { publish: async (one: Notification) => void told.push(one), close: async () => {} };
  const nothingKept = { keep: async () => {}, sendOne: async () => false };
  const announcer = new LockAnnouncer(made.services.cells, new NotificationService(notifier, nothingKept));
  return { announcer, told: () => told.map(({ eventType, payload }) => `${eventType} ${reasonIn(payload)}`) };
}
const reasonIn = (payload: Notification['payload']): unknown => payload['nova_object.data']['locked_reason'];
const older = () =>
  made.inCell("update keyward.lock_batch set recorded_at = recorded_at - interval '3 minutes'");

it('what no run has told of is told of by a worker, once, as it was changed', async () => {
  const [one] = [await made.planted(), await made.planted()];
  await made.fleet(chosen({}), lock('all'));
  await made.apply(one, 'admin', { kind: 'unlock' });
  const { announcer, told } = announcing();
  await announcer.announceUntold();
  // The runs may still be about to.
  expect(told()).toEqual([]);
  await older();
  await announcer.announceUntold();
  expect(told()).toEqual(['instance.lock all', 'instance.lock all', 'instance.unlock null']);
  await announcer.announceUntold();
  expect(told()).toHaveLength(3);
});

it('what a run has told of is not told of again, and what changed nothing is never told of', async () => {
  const requestId = await made.apply(await made.planted(), 'owner', lock('mine'));
  await made.fleet(chosen({}), lock('all'));
  const { announcer, told } = announcing();
  await announcer.announce({ cell: made.uuidOf['cell1']!, requestId, batch: requestId });
  await older();
  await announcer.announceUntold();
  expect(told()).toEqual(['instance.lock mine']);
});

it('works where keyward has no tables', async () => {
  await made.inCell('alter schema keyward rename to hidden');
  try {
    await expect(announcing().announcer.announceUntold()).resolves.toBeUndefined();
  } finally {
    await made.inCell('alter schema hidden rename to keyward');
  }
});
