import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { offerWorkerWhenWaiting } from '../../../src/engine/worker-offer.ts';
import type { RunKeeper } from '../../../src/engine/runs.ts';

const [SCHEDULED, STARTED] = [1, 2];
const ATTEMPT = { kind: 'task-scheduled', task: '1', attemptMs: 15_000 } as const;

let state: number;
const describe = jest.fn(async () => ({ raw: { pendingActivities: [{ activityId: '1', state }] } }));
const offerWorker = jest.fn(async () => {});
const keeper = {
  client: async () => ({ workflow: { getHandle: () => ({ describe }) } }),
  mayOfferWorker: true,
  offerWorker,
} as unknown as RunKeeper;

const over = () => new AbortController();
beforeEach(() => {
  jest.useFakeTimers();
  describe.mockClear();
  offerWorker.mockClear();
});
afterEach(() => void jest.useRealTimers());
const counts = () => [describe.mock.calls.length, offerWorker.mock.calls.length];

it('a task that nobody takes is offered a worker after two seconds, by one look', async () => {
  state = SCHEDULED;
  const { onEvent } = offerWorkerWhenWaiting(keeper, 'id', over().signal);
  onEvent(ATTEMPT);
  await jest.advanceTimersByTimeAsync(1999);
  expect(counts()).toEqual([0, 0]);
  await jest.advanceTimersByTimeAsync(1);
  expect(counts()).toEqual([1, 1]);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(counts()).toEqual([1, 1]);
});

it('a task under way is looked at again only when the server has given its attempt up', async () => {
  state = STARTED;
  const { onEvent } = offerWorkerWhenWaiting(keeper, 'id', over().signal);
  onEvent(ATTEMPT);
  await jest.advanceTimersByTimeAsync(2000 + 16_999);
  expect(counts()).toEqual([1, 0]);
  state = SCHEDULED;
  await jest.advanceTimersByTimeAsync(1);
  expect(counts()).toEqual([2, 1]);
});

it('a task that is over, and a run that is, is not looked at', async () => {
  const controller = over();
  const { onEvent, offered } = offerWorkerWhenWaiting(keeper, 'id', controller.signal);
  onEvent(ATTEMPT);
  onEvent({ kind: 'task-over', task: '1' });
  onEvent({ ...ATTEMPT, task: '2' });
  controller.abort();
  await offered;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(counts()).toEqual([0, 0]);
});
