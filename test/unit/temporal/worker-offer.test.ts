import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { RunKeeper } from '../../../src/temporal/runs.ts';
import { WorkerOffer } from '../../../src/temporal/worker-offer.ts';
import { Unavailable } from '../../../src/rules/errors.ts';

const [SCHEDULED, STARTED] = [1, 2];
const ATTEMPT = { kind: 'task-scheduled', task: '1', queue: 'keyward-x', attemptMs: 15_000 } as const;

let state: number;
let mayOfferWorker: boolean;
let over: AbortController;
let told: string[];
const describe = jest.fn(async () => ({ raw: { pendingActivities: [{ activityId: '1', state }] } }));
const offerWorker = jest.fn(async () => {});
const keeper = {
  client: async () => ({ workflow: { getHandle: () => ({ describe }) } }),
  get mayOfferWorker() {
    return mayOfferWorker;
  },
  offerWorker,
} as unknown as RunKeeper;

const open = () => new WorkerOffer(keeper, 'id', (what) => told.push(what), over.signal);
const counts = () => [describe.mock.calls.length, offerWorker.mock.calls.length];

beforeEach(() => {
  jest.useFakeTimers();
  [describe, offerWorker].forEach((mock) => mock.mockClear());
  [state, mayOfferWorker, over, told] = [SCHEDULED, true, new AbortController(), []];
});
afterEach(() => {
  over.abort();
  jest.useRealTimers();
});

it('a task that nobody takes is offered a worker after two seconds, by one look', async () => {
  const offer = open();
  offer.onEvent(ATTEMPT);
  await jest.advanceTimersByTimeAsync(1999);
  expect(counts()).toEqual([0, 0]);
  await jest.advanceTimersByTimeAsync(1);
  expect(counts()).toEqual([1, 1]);
  offer.onEvent({ kind: 'task-over', task: '1' });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(counts()).toEqual([1, 1]);
});

it('a task under way is looked at again only when the server has given its attempt up', async () => {
  state = STARTED;
  open().onEvent(ATTEMPT);
  await jest.advanceTimersByTimeAsync(2000 + 16_999);
  expect(counts()).toEqual([1, 0]);
  state = SCHEDULED;
  await jest.advanceTimersByTimeAsync(1);
  expect(counts()).toEqual([2, 1]);
});

it('a task that is over, and a run that is, is not looked at', async () => {
  const offer = open();
  offer.onEvent(ATTEMPT);
  offer.onEvent({ kind: 'task-over', task: '1' });
  offer.onEvent({ ...ATTEMPT, task: '2' });
  over.abort();
  await offer.settled;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(counts()).toEqual([0, 0]);
});

it('where no worker may be hosted, it tells what the run waits for', async () => {
  mayOfferWorker = false;
  open().onEvent(ATTEMPT);
  await jest.advanceTimersByTimeAsync(2000);
  expect([counts(), told]).toEqual([[1, 0], ['a worker that serves keyward-x']]);
});

it('where none can be hosted, the wait ends, and the error names the run and the cure', async () => {
  offerWorker.mockRejectedValueOnce(new Unavailable('TemporalRefused', 'No polls.', 'Get a key.'));
  const offer = open();
  offer.onEvent(ATTEMPT);
  const ended = offer.settled.catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(2000);
  expect(await ended).toMatchObject({
    name: 'RunWaits',
    message: expect.stringMatching(/^The run id waits for a worker that serves keyward-x.* No polls\.$/),
    cure: 'Get a key. Then `keyward workflow follow id` takes it up again.',
    exitCode: 75,
  });
});
