import { describe, expect, it } from '@jest/globals';
import { FakeDriver, parseFakeBehaviour } from '../../../../src/drivers/compute/fake.ts';
import { UsageError } from '../../../../src/rules/errors.ts';
import { madeUpServer } from '../../../support/drivers/made-up-server.ts';

const server = madeUpServer();

it('remembers what it was asked to spawn, once each, until that is destroyed', async () => {
  const driver = new FakeDriver();
  await driver.spawn(server);
  await driver.spawn({ ...server, displayName: 'later' });
  expect(await driver.list()).toEqual([server.uuid]);
  expect(driver.servers).toMatchObject([{ displayName: 'later' }]);
  await driver.destroy(server.uuid);
  await driver.destroy(server.uuid);
  expect(await driver.list()).toEqual([]);
  expect(driver.calls).toEqual({ spawn: 2, destroy: 2, list: 2 });
});

it.each(['spawn', 'destroy', 'list'] as const)('fails at %s in the words of the test', async (step) => {
  const driver = new FakeDriver({ [step]: { fail: 'no such luck' } });
  await expect(driver[step](server as never)).rejects.toMatchObject({
    name: 'FakeFailure',
    message: 'no such luck',
    cure: expect.any(String),
  });
  driver.behaviour = {};
  await expect(driver[step](server as never)).resolves.not.toThrow();
});

it('has spawned nothing where it fails', async () => {
  const driver = new FakeDriver({ spawn: { fail: 'no' } });
  await expect(driver.spawn(server)).rejects.toThrow('no');
  expect(driver.servers).toEqual([]);
});

it('takes its time', async () => {
  const driver = new FakeDriver({ spawn: { delayMs: 30 } });
  const before = performance.now();
  await driver.spawn(server);
  // Timers of Node may be early by a millisecond.
  expect(performance.now() - before).toBeGreaterThanOrEqual(29);
});

describe('its variable', () => {
  it.each([
    ['{}', {}],
    [
      '{"spawn": {"delayMs": 5, "fail": "a"}, "destroy": {}}',
      { spawn: { delayMs: 5, fail: 'a' }, destroy: {} },
    ],
  ])('may be %s', (text, behaviour) => expect(parseFakeBehaviour(text)).toEqual(behaviour));

  it.each([
    ['', 'it is no JSON'],
    ['{spawn: 1}', 'it is no JSON'],
    ['null', 'it is no object'],
    ['[]', 'it is no object'],
    ['{"spawnn": {}}', 'it has "spawnn", which is not known'],
    ['{"spawn": 3}', 'spawn is no object'],
    ['{"spawn": {"delay": 3}}', 'spawn has "delay", which is not known'],
    ['{"spawn": {"delayMs": -1}}', 'spawn.delayMs is no number of milliseconds'],
    ['{"spawn": {"delayMs": "3"}}', 'spawn.delayMs is no number of milliseconds'],
    ['{"spawn": {"delayMs": null}}', 'spawn.delayMs is no number of milliseconds'],
    ['{"destroy": {"fail": true}}', 'destroy.fail is no message'],
    ['{"destroy": {"fail": ""}}', 'destroy.fail is no message'],
  ])('may not be %s', (text, why) => {
    const parse = () => parseFakeBehaviour(text);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(`KEYWARD_FAKE_COMPUTE can't be used: ${why}.`);
  });
});
