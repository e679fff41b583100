import { expect, it } from '@jest/globals';
import { takeTurn } from '../../../src/database/server-turns.ts';

/** Takes so many turns, and tells how many were given. */
function take(server: string, count: number) {
  const given: (() => void)[] = [];
  for (let at = 0; at < count; at++) void takeTurn(server).then((giveBack) => given.push(giveBack));
  return given;
}
/** Lets every promise that can settle do so. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

it('gives sixteen turns of a server at once, each further one when one is given back, and other servers are free', async () => {
  const given = take('a:1', 40);
  await settled();
  expect(given).toHaveLength(16);
  const others = take('b:1', 3);
  await settled();
  expect(others).toHaveLength(3);
  for (let at = 0; at < 40; at++) {
    given[at]!();
    await settled();
    expect(given).toHaveLength(Math.min(17 + at, 40));
  }
  const again = take('a:1', 17);
  await settled();
  expect(again).toHaveLength(16);
});
