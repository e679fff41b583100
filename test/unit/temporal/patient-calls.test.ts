import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { PatientCalls, type TemporalDoor } from '../../../src/temporal/patient-calls.ts';
import type { RunEvent } from '../../../src/rules/run-event.ts';

const refusal = (details: string): Error =>
  Object.assign(new Error(details), {
    code: 14,
    details,
    metadata: { getMap: () => ({ date: 'now' }) },
  });

let over: AbortController;
let told: RunEvent[];
const client = jest.fn(async (_options: { afresh: boolean }) => ({}));
const open = () =>
  new PatientCalls(
    { client, explain: (e: unknown) => e } as unknown as TemporalDoor,
    (e) => told.push(e),
    over.signal,
  );

beforeEach(() => {
  jest.useFakeTimers();
  client.mockClear();
  [over, told] = [new AbortController(), []];
});
afterEach(() => void jest.useRealTimers());

it('a call that passes is repeated with pauses that grow, and told once after three seconds', async () => {
  const work = jest.fn(async (): Promise<string> => {
    if (work.mock.calls.length < 12) throw refusal(`disk full, look ${work.mock.calls.length}`);
    return 'done';
  });
  const result = open().call('to take it', work);
  await jest.advanceTimersByTimeAsync(2990);
  expect([told, work.mock.calls.length < 10]).toEqual([[], true]);
  await jest.advanceTimersByTimeAsync(100);
  expect(told).toEqual([
    { kind: 'waiting', what: expect.stringMatching(/^Temporal to take it \(UNAVAILABLE: disk full/) },
  ]);
  await jest.advanceTimersByTimeAsync(120_000);
  expect([await result, told.length]).toEqual(['done', 1]);
  expect(client.mock.calls.flat()).not.toContainEqual({ afresh: true });
});

it('a call that is not answered is told too, and ends by the signal, whatever the call does', async () => {
  const late = new Error('late');
  const result = open()
    .call('to answer', () => new Promise(() => {}))
    .catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(3000);
  expect(told).toEqual([{ kind: 'waiting', what: 'Temporal to answer' }]);
  over.abort(late);
  expect(await result).toBe(late);
});

it('a call that will not pass is not repeated', async () => {
  const bug = new TypeError('bug');
  const work = jest.fn(() => Promise.reject(bug));
  await expect(open().call('to answer', work)).rejects.toBe(bug);
  expect(work).toHaveBeenCalledTimes(1);
});

it('a lost connection is opened afresh', async () => {
  const lost = Object.assign(refusal('Connection dropped'), { metadata: { getMap: () => ({}) } });
  const work = jest.fn<() => Promise<string>>().mockRejectedValueOnce(lost).mockResolvedValue('done');
  const result = open().call('to answer', work);
  await jest.advanceTimersByTimeAsync(1000);
  expect([await result, client.mock.calls]).toEqual(['done', [[{ afresh: false }], [{ afresh: true }]]]);
});
