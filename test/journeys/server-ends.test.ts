import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Outcome, runIdOf, until } from '../support/home/cli.ts';
import { filesOf } from '../support/home/made-servers.ts';
import { ServerHome } from '../support/home/server-home.ts';
import type { Point } from '../support/home/server-holds.ts';

const cloud = new ServerHome();
const { home, holds, env } = cloud;
beforeAll(() => cloud.open());
afterAll(() => cloud.close());

/** Holds a `server create` up at a step; gives it with its run's id and its server's. */
async function heldAt(point: Point, name: string) {
  const running = await cloud.startHeld('create', name, point);
  const id = runIdOf(running.stderr())!;
  return { running, id, uuid: id.slice(-36), letGo: () => holds.release(point, name) };
}
const runs = async (verb: string, id: string): Promise<void> =>
  expect(await home.run(['workflow', verb, id], { env })).toMatchObject({ code: 0 });
const remove = (uuid: string): Promise<Outcome> => cloud.start('delete', uuid).outcome;
const ended = ({ code, stderr }: Outcome) => ({ code, stderr });
const failed = (words: string) => ({ code: 1, stderr: expect.stringContaining(words) });

describe('a run that is ended leaves what its command says,', () => {
  it.concurrent('cancelled while a guest is laid down: ERROR with a fault, until it is deleted', async () => {
    const { running, id, uuid, letGo } = await heldAt('spawn', 'cancelled');
    await runs('cancel', id);
    await letGo();
    expect(ended(await running.outcome)).toEqual(failed(`the server ${uuid} is left in ERROR.`));
    expect(await cloud.rowsOf('cancelled')).toMatchObject([{ vm_state: 'error', task_state: null }]);
    expect(
      await home.query(`select message from instance_faults where instance_uuid = '${uuid}'`, 'nova_cell1'),
    ).toEqual([{ message: 'The build of the server failed on its host: Cancelled.' }]);
    expect(filesOf(home, uuid)).toBe('whole');
    expect(await remove(uuid)).toMatchObject({ code: 0 });
    expect(filesOf(home, uuid)).toBe('none');
  });

  it.concurrent('terminated before the server is in a cell: BUILD, until it is deleted', async () => {
    const { running, id, uuid, letGo } = await heldAt('place', 'terminated');
    await runs('terminate', id);
    expect(ended(await running.outcome)).toEqual(failed(`the server ${uuid} is left in BUILD.`));
    // Its last step still waits in a worker; what that writes is for nobody any more.
    expect(await remove(uuid)).toMatchObject({ code: 0 });
    await letGo();
    await until(async () => (await cloud.rowsOf('terminated')).every(({ deleted }) => deleted > 0));
    const mappings = `select from instance_mappings where instance_uuid = '${uuid}'`;
    expect(await home.query(mappings, 'nova_api')).toEqual([]);
  });

  it.concurrent('a deletion terminated: a repeated one does the rest', async () => {
    const uuid = await cloud.make('undeleted');
    const running = await cloud.startHeld('delete', 'undeleted', 'queue', uuid);
    await runs('terminate', runIdOf(running.stderr())!);
    const told = `\`keyward server delete ${uuid}\`, repeated, does the rest.`;
    expect(ended(await running.outcome)).toEqual(failed(told));
    await holds.release('queue', uuid);
    expect(await cloud.rowsOf('undeleted')).toMatchObject([{ vm_state: 'active', task_state: 'deleting' }]);
    expect(await remove(uuid)).toMatchObject({ code: 0 });
    expect(await cloud.rowsOf('undeleted')).toMatchObject([{ vm_state: 'deleted', task_state: null }]);
    expect(filesOf(home, uuid)).toBe('none');
    expect(await requestsOf(uuid)).toBe(3);
  });

  it.concurrent('left by its command with Ctrl-C: the run goes on', async () => {
    const { running, id, uuid, letGo } = await heldAt('spawn', 'left-alone');
    running.process.kill('SIGINT');
    expect(await running.outcome).toMatchObject({ code: 130 });
    await letGo();
    await runs('follow', id);
    expect(await cloud.rowsOf('left-alone')).toMatchObject([{ vm_state: 'active', task_state: null }]);
    expect(await requestsOf(uuid)).toBe(1);
  });
});

it('of three that are made at once under one name each is deleted once, and nothing is left', async () => {
  const made = await Promise.all(['web', 'web', 'web'].map((name) => cloud.start('create', name).outcome));
  expect(made.map(({ code }) => code)).toEqual([0, 0, 0]);
  const uuids = made.map(({ stdout }) => (JSON.parse(stdout) as { id: string }).id);
  expect(ended(await remove('web'))).toEqual(failed("More than one server is named 'web'"));
  const deleted = await Promise.all([...uuids, uuids[0]!].map(remove));
  expect(deleted.map(({ code }) => code).toSorted()).toEqual([0, 0, 0, 1]);
  for (const uuid of uuids) {
    expect(filesOf(home, uuid)).toBe('none');
    expect(await requestsOf(uuid)).toBe(2);
  }
  expect(await home.run(['cell', 'verify'], { env })).toMatchObject({ code: 0 });
});

/** How many actions of the server are noted, each for a request of its own. */
async function requestsOf(uuid: string): Promise<number> {
  const actions = `select distinct request_id from instance_actions where instance_uuid = '${uuid}'`;
  return (await home.query(actions, 'nova_cell1')).length;
}
