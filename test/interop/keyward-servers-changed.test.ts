import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DELETED_MEANWHILE } from '../../src/rules/compute/lost-server.ts';
import { until } from '../support/home/cli.ts';
import { NovaOnHome } from '../support/interop/nova/nova-on-home.ts';
import type { Answer, NovaUser } from '../support/interop/nova/project.ts';
import { StepByStep } from '../support/interop/nova/step-by-step.ts';

let on: NovaOnHome;
let steps: StepByStep;
let logged: number;
/** A server whose guest is on keyward's host. */
let swept: string;

beforeAll(async () => {
  on = await NovaOnHome.start();
  logged = on.logged;
  steps = new StepByStep(on);
  swept = await on.create('swept', await on.makeImage('img'));
});
afterAll(() => on?.close());

const act = (user: NovaUser, id: string, action: object): Promise<Answer> =>
  user.call('POST', `/servers/${id}/action`, action);
const findings = async () => (await on.services.cellVerifier.verify(20_000)).findings;

describe("a server of keyward's that Nova's API changes", () => {
  const isDeleted = async (id: string) => {
    expect(await on.project.member.call('DELETE', `/servers/${id}`)).toMatchObject({ status: 204 });
    expect(await on.told(id, { isDeleted: true })).toMatchObject({ status: 'DELETED' });
    expect(await on.home.json('server', 'show', id)).toMatchObject({ status: 'DELETED' });
  };

  it('is deleted there, as no nova-compute reports for its host', async () => {
    expect(on.guests()).toContain(swept);
    await isDeleted(swept);
  });

  it('is deleted where it is in ERROR, in its cell or in cell0', async () => {
    await isDeleted(await steps.fail(await steps.place('unspawned'), 'The image is gone.'));
    await isDeleted(await steps.fail(await steps.accept('unplaced'), 'The cell is gone.'));
  });

  it('is locked, and keyward lets no member delete it', async () => {
    const { uuid } = await steps.finish('locked');
    const { member, admin } = on.project;
    expect(await act(member, uuid, { lock: { locked_reason: 'until friday' } })).toMatchObject({
      status: 202,
    });
    expect(await on.asMember('server', 'delete', uuid)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is locked. The reason is: until friday'),
    });
    expect(await act(admin, uuid, { 'os-resetState': { state: 'error' } })).toMatchObject({ status: 202 });
    expect(await on.told(uuid, { isDeleted: false })).toMatchObject({ status: 'ERROR', locked: true });
    expect(await act(member, uuid, { unlock: null })).toMatchObject({ status: 202 });
    expect(await on.asMember('server', 'delete', uuid)).toMatchObject({ code: 0 });
    expect(await on.told(uuid, { isDeleted: true })).toMatchObject({ status: 'DELETED', locked: false });
  });
});

it('a server that Nova has told nobody to stop is deleted by keyward all the same', async () => {
  const { uuid } = await steps.finish('stopped');
  expect(await act(on.project.member, uuid, { 'os-stop': null })).toMatchObject({ status: 202 });
  const stopping = { 'OS-EXT-STS:task_state': 'powering-off' };
  expect(await on.told(uuid, { isDeleted: false })).toMatchObject(stopping);
  expect(await on.asMember('server', 'delete', uuid)).toMatchObject({ code: 0 });
  expect(await on.told(uuid, { isDeleted: true })).toMatchObject({ status: 'DELETED' });
});

describe('a server that Nova deletes while keyward builds it leaves no ghost', () => {
  const remove = (id: string) => on.project.member.call('DELETE', `/servers/${id}`);
  const assertGone = async (id: string, refusal: string) => {
    expect(await on.project.member.call('GET', `/servers/${id}`)).toMatchObject({ status: 404 });
    await expect(on.services.serverFinder.find(id)).rejects.toMatchObject({ name: refusal });
    expect(await findings()).toEqual([]);
  };
  const isMapped = async (id: string) =>
    (await on.home.query(`select from instance_mappings where instance_uuid = '${id}'`, 'nova_api')).length >
    0;

  it('before it is in a cell', async () => {
    const request = await steps.accept('early');
    expect(await remove(request.uuid)).toMatchObject({ status: 204 });
    await expect(on.services.serverCreation.place(request)).rejects.toMatchObject({
      name: DELETED_MEANWHILE,
    });
    await assertGone(request.uuid, 'NotFound');
    expect(await isMapped(request.uuid)).toBe(false);
  });

  it('when it is written into its cell', async () => {
    const letGo = await on.home.holdUp('lock table instances in share row exclusive mode', 'nova_cell1');
    const boot = ['server', 'create', 'between', '--flavor', 'm1.tiny', '--image', 'img'];
    const created = on.asMember(...boot);
    await until(() => on.home.isHeldUp('relation', 'nova_cell1'));
    const [{ id }] = (await on.answered('member', '/servers?name=between')).servers;
    expect(await remove(id)).toMatchObject({ status: 204 });
    await letGo();
    expect(await created).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`The server ${id} was deleted while it was being built.`),
    });
    await assertGone(id, 'ServerDeleted');
    expect(await isMapped(id)).toBe(false);
  });

  it('when it is spawned', async () => {
    const request = await steps.spawn('late');
    expect(await remove(request.uuid)).toMatchObject({ status: 204 });
    await expect(on.services.serverCreation.finish(request)).rejects.toMatchObject({
      name: DELETED_MEANWHILE,
    });
    await assertGone(request.uuid, 'ServerDeleted');
    await steps.guests.sweep(() => {});
    expect(steps.driver.servers.map(({ uuid }) => uuid)).not.toContain(request.uuid);
  });
});

it("keyward's host removes what is left there of a server that Nova's API deleted", async () => {
  await until(() => !on.guests().includes(swept));
  expect(on.guests()).toEqual([]);
});

it('Nova has logged no error about any of that', () => expect(on.errorsSince(logged)).toEqual([]));
