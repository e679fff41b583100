import { setTimeout } from 'node:timers/promises';
import { TooLate } from './amqp-errors.ts';

/** Waits for so many milliseconds at most; then it gives up and throws a TooLate. */
export async function inTime<T>(work: Promise<T>, timeoutMs: number, giveUp: () => void): Promise<T> {
  const done = new AbortController();
  const tooLate = setTimeout(timeoutMs, null, { signal: done.signal }).then((): never => {
    giveUp();
    throw new TooLate(`did not answer within ${timeoutMs / 1000} s`);
  });
  return Promise.race([work, tooLate]).finally(() => done.abort());
}
