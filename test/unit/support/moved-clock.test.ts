import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { afterAll, expect, it } from '@jest/globals';
import { MovedClock } from '../../support/interop/moved-clock.ts';

const HOUR = 3600;
const clock = new MovedClock(-HOUR);
let child: ChildProcessByStdio<Writable, Readable, null>;
afterAll(() => {
  child.kill();
  clock.remove();
});

/** Prints what each way to ask for the time gives, once at each line of standard input. */
const PROGRAM = `
require('node:readline').createInterface({ input: process.stdin }).on('line', () => console.log(JSON.stringify({
  now: Date.now(), made: new Date().getTime(), called: Date.parse(Date()), given: new Date(7).getTime(),
  isDate: new Date() instanceof Date, origin: performance.timeOrigin, monotonic: performance.now(),
})));`;

it('moves the wall clock of a process before and while it runs, and leaves the monotonic one alone', async () => {
  child = spawn(process.execPath, ['-e', PROGRAM], {
    env: { ...process.env, ...clock.env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  /** Clocks as seconds that they are fast, to the hour; the others as they are. */
  const ask = async () => {
    const start = Date.now();
    child.stdin.write('\n');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { now, made, called, given, isDate, origin, monotonic } = JSON.parse(line.toString());
    const round = (ms: number): number => Math.round((ms - start) / HOUR / 1000) * HOUR;
    return { now: round(now), made: round(made), called: round(called), given, isDate, origin, monotonic };
  };
  const slow = await ask();
  expect(slow).toMatchObject({ now: -HOUR, made: -HOUR, called: -HOUR, given: 7, isDate: true });
  expect(Math.round((slow.origin + slow.monotonic - Date.now()) / HOUR / 1000)).toBe(-1);
  clock.moveTo(HOUR);
  const fast = await ask();
  expect(fast).toMatchObject({ now: HOUR, made: HOUR, called: HOUR, given: 7, isDate: true });
  expect(fast.origin).toBe(slow.origin);
  expect(fast.monotonic - slow.monotonic).toBeLessThan(60_000);
});
