// Loaded into a process by `--import` before its own code, in each of its threads: see moved-clock.ts.
import { readFileSync } from 'node:fs';

const file = process.env['MOVED_CLOCK_FILE']!;
const RealDate = globalThis.Date;
const realNow = RealDate.now;

// Node reads both clocks once when a process starts, so that its `timeOrigin` never learns of a later jump.
const atStart = shiftMs();
const { timeOrigin } = performance;
Object.defineProperty(performance, 'timeOrigin', { value: timeOrigin + atStart });

RealDate.now = () => Math.floor(realNow() + shiftMs());
globalThis.Date = new Proxy(RealDate, {
  apply: () => new globalThis.Date().toString(),
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [RealDate.now()] : given, newTarget),
});
RealDate.prototype.constructor = globalThis.Date;

function shiftMs(): number {
  return Number(readFileSync(file, 'utf8')) * 1000;
}
