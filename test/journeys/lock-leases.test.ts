import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listParts } from '../../src/daemons/parts.ts';
import { runIdOf, until } from '../support/home/cli.ts';
import { LockedServers } from '../support/home/locked-servers.ts';
import { ServerHome } from '../support/home/server-home.ts';

const cloud = new ServerHome();
const { home, env } = cloud;
const locks = new LockedServers(home);

/** Does it, and gives the id of its run where it says one. */
async function done(...args: string[]): Promise<string> {
  const { code, stderr } = await home.run(args, { env });
  expect({ args, code, stderr }).toMatchObject({ args, code: 0 });
  return runIdOf(stderr) ?? '';
}
const isLocked = async (uuid: string): Promise<boolean> => (await locks.lockOf(uuid)).locked === true;
const unlocked = (uuid: string): Promise<void> => until(async () => !(await isLocked(uuid)));
const isRunning = (run: string): Promise<void> =>
  until(async () => (await locks.statusOf(run)) === 'RUNNING');
const isOver = (run: string): Promise<void> => until(async () => (await locks.statusOf(run)) === 'COMPLETED');
const actionsOf = async (uuid: string): Promise<string[]> =>
  (await locks.actionsOf([uuid])).map(({ action }) => action);

/** Locks what is named until that time; gives the lease's run. */
async function lock(uuid: string, ...named: string[]): Promise<string> {
  const run = await done('server', 'lock', ...named);
  return run.replace(/server-lock.*$/, `server-lease/${(await locks.lockOf(uuid)).lease}`);
}
/** Makes a server and locks it for hours. */
async function leased(name: string) {
  const uuid = await cloud.make(name);
  const run = await lock(uuid, name, '--until', '8h');
  await isRunning(run);
  return { uuid, run };
}
const killWorker = (): void => {
  const isWorker = ({ part, state }: { part: string; state: string }) =>
    part.startsWith('worker') && state === 'running';
  process.kill(listParts(home.home).find(isWorker)!.pid!, 'SIGKILL');
};

/** A lease has ended, and nobody is there to wake for it: its run was terminated. */
let missed: { uuid: string; run: string };
beforeAll(async () => {
  await cloud.open();
  missed = await leased('missed');
  await done('workflow', 'terminate', missed.run);
  await locks.endTime([missed.uuid], { secondsAgo: 15 });
});
afterAll(() => cloud.close());

describe('a lock with a time', () => {
  it('ends by itself, and is noted, audited and told of as an unlock by the lease', async () => {
    const uuid = await cloud.make('web1');
    const run = await done('server', 'lock', 'web1', '--reason', 'shortly', '--until', '2s', '--wait');
    const request = run.slice(-36);
    await unlocked(uuid);
    const [first, second, ...others] = await locks.actionsOf([uuid]);
    expect([first, others]).toEqual([{ uuid, action: 'lock', request, events: 1 }, []]);
    expect(second).toMatchObject({ action: 'unlock', events: 1 });
    const lease = second!.request;
    expect(lease).not.toBe(request);
    expect(await locks.auditOf([uuid])).toEqual([
      { uuid, action: 'lock', request },
      { uuid, action: 'unlock', request: lease },
    ]);
    await isOver(run.replace(/server-lock.*$/, `server-lease/${lease}`));
    expect(locks.notifications().filter((told) => told.uuid === uuid)).toMatchObject([
      { event: 'instance.lock', locked: true },
      { event: 'instance.unlock', locked: false },
    ]);
  });

  it('that is locked again without one stays locked, and no run waits for it any more', async () => {
    const { uuid, run } = await leased('web2');
    await done('server', 'lock', 'web2', '--reason', 'for good');
    await isOver(run);
    expect(await locks.lockOf(uuid)).toEqual({ locked: true, locked_by: 'owner', lease: null });
    expect(await actionsOf(uuid)).toEqual(['lock', 'lock']);
  });

  it('that is locked again with another one ends by that; an unlock ends its run at once', async () => {
    const { uuid, run: first } = await leased('web3');
    const second = await lock(uuid, 'web3', '--until', '9h');
    await isOver(first);
    expect(await isLocked(uuid)).toBe(true);
    await isRunning(second);
    expect(await home.json('workflow', 'list')).toContainEqual(
      expect.objectContaining({ ID: second, Type: 'serverLease', Status: 'running' }),
    );
    await done('server', 'unlock', 'web3');
    await isOver(second);
    expect(await actionsOf(uuid)).toEqual(['lock', 'lock', 'unlock']);
  });

  it('of a fleet ends by itself, and `unlock --run` ends it before', async () => {
    const uuids = [await cloud.make('fleet-1'), await cloud.make('fleet-2')];
    const fleet = ['--all', '--name', 'fleet-*', '--until'];
    await done('server', 'lock', ...fleet, '1s');
    for (const uuid of uuids) await unlocked(uuid);
    const run = await done('server', 'lock', ...fleet, '8h');
    const { lease } = await locks.lockOf(uuids[0]!);
    expect(await locks.lockOf(uuids[1]!)).toMatchObject({ locked: true, lease });
    const ofLease = run.replace(/server-lock.*$/, `server-lease/${lease}`);
    await isRunning(ofLease);
    await done('server', 'unlock', '--run', run);
    await isOver(ofLease);
    for (const uuid of uuids) expect(await actionsOf(uuid)).toEqual(['lock', 'unlock', 'lock', 'unlock']);
  });
});

describe('a lease is ended all the same,', () => {
  it('though its run was terminated: a worker misses it some time after its end', async () => {
    await unlocked(missed.uuid);
    await isOver(missed.run);
  });

  it('though its run was terminated and its worker killed: the next one ends it', async () => {
    const { uuid, run } = await leased('terminated');
    await done('workflow', 'terminate', run);
    killWorker();
    await locks.endTime([uuid]);
    await done('up');
    await unlocked(uuid);
    await isOver(run);
  });

  it('though its time is over while everything is down, and what Temporal knew of it is gone', async () => {
    const [ended, waiting] = [await leased('ended'), await leased('waiting')];
    await locks.endTime([ended.uuid]);
    // Runs that only wait for a time do not hinder it.
    await done('down');
    for (const name of ['temporal.db', 'temporal.db-wal', 'temporal.db-shm'])
      rmSync(path.join(home.dir, name), { force: true });
    await done('up');
    await unlocked(ended.uuid);
    await isRunning(waiting.run);
    expect(await isLocked(waiting.uuid)).toBe(true);
  });
});
