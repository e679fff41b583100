import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/home/cli.ts';
import { comparable, differences, valuesOf } from '../support/interop/nova/comparable.ts';
import {
  type Notified,
  notifiedByKeyward,
  notifiedByNova,
} from '../support/interop/nova/lock-notifications.ts';
import { NovaOnHome } from '../support/interop/nova/nova-on-home.ts';
import type { Answer, NovaUser } from '../support/interop/nova/project.ts';

const REASON = 'bis Freitag: größer 🚀';
const OVERRIDE = "Policy doesn't allow os_compute_api:os-lock-server:unlock:unlock_override to be performed.";
const NAMES = ['owner', 'admin', 'others', 'kept'] as const;

let on: NovaOnHome;
let logged: number;
/** Servers of Nova's own: its nova-compute stops and deletes them. */
let ids: Record<(typeof NAMES)[number], string>;
/** Of another project: an admin who acts in the server's own counts as its owner. */
let admin: NovaUser;
let member: NovaUser;

beforeAll(async () => {
  on = await NovaOnHome.start();
  admin = on.nova.project().admin;
  ({ member } = on.project);
  const booted = await Promise.all(NAMES.map((name) => on.project.boot({ name })));
  ids = Object.fromEntries(NAMES.map((name, at) => [name, booted[at]!])) as typeof ids;
  for (const id of booted) expect(await on.project.settled(id)).toMatchObject({ status: 'ACTIVE' });
  logged = on.logged;
});
afterAll(() => on?.close());

const act = (user: NovaUser, id: string, action: object): Promise<Answer> =>
  user.call('POST', `/servers/${id}/action`, action);
const told = (id: string, version?: string): Promise<any> => on.told(id, { isDeleted: false }, version);
/** The ids of those that Nova's API finds for a member. */
const found = async (query: string): Promise<string[]> =>
  (await on.answered('member', `/servers?${query}`, '2.73')).servers.map(({ id }: { id: string }) => id);
const lockOf = async (id: string): Promise<any> =>
  (await on.home.json('server', 'lock', 'list', '--long')).find(({ ID }: { ID: string }) => ID === id);
const reasonsOf = (id: string) =>
  on.home.query(
    `select from instance_system_metadata where instance_uuid = '${id}' and key = 'locked_reason'`,
    'nova_cell1',
  );

async function stopAndStart(user: NovaUser, id: string): Promise<void> {
  expect(await act(user, id, { 'os-stop': null })).toMatchObject({ status: 202 });
  expect(await on.project.settled(id)).toMatchObject({ status: 'SHUTOFF' });
  expect(await act(user, id, { 'os-start': null })).toMatchObject({ status: 202 });
  expect(await on.project.settled(id)).toMatchObject({ status: 'ACTIVE' });
}

/** Runs a command as an owner of the server, or as an admin: then nobody is stated. */
const run = (as: string, ...args: string[]) => (as === 'owner' ? on.asMember(...args) : on.home.run(args));
const done = async (as: string, ...args: string[]): Promise<void> =>
  expect(await run(as, ...args)).toMatchObject({ code: 0 });

describe.each([
  ['owner', 'alice'],
  ['admin', null],
] as const)('a lock that keyward puts on as an %s', (as, user) => {
  let run1: string;

  it('is shown by the API, with its reason', async () => {
    await done(as, 'server', 'lock', ids[as], '--reason', REASON);
    expect(await told(ids[as], '2.73')).toMatchObject({ locked: true, locked_reason: REASON });
    expect(await told(ids[as], '2.72')).not.toHaveProperty('locked_reason');
    expect(await found('locked=true')).toContain(ids[as]);
    expect(await found('locked=false')).not.toContain(ids[as]);
    const lock = await lockOf(ids[as]);
    expect(lock).toMatchObject({ Reason: REASON, 'Locked By': as, 'User ID': user, Drift: null });
    run1 = lock.Run;
  });

  it('keeps members from what the API refuses them, and admins from nothing', async () => {
    const locked = {
      status: 409,
      body: { conflictingRequest: { message: `Instance ${ids[as]} is locked` } },
    };
    expect(await act(member, ids[as], { 'os-stop': null })).toMatchObject(locked);
    expect(await act(member, ids[as], { rebuild: { imageRef: on.project.images.img1 } })).toMatchObject(
      locked,
    );
    expect(await member.call('DELETE', `/servers/${ids[as]}`)).toMatchObject(locked);
    await stopAndStart(admin, ids[as]);
    expect(await told(ids[as])).toMatchObject({ locked: true });
  });

  it('is off when keyward unlocks the server', async () => {
    await done(as, 'server', 'unlock', ids[as]);
    expect(await told(ids[as])).toMatchObject({ locked: false, locked_reason: null });
    expect(await reasonsOf(ids[as])).toEqual([]);
    expect(await found('locked=true')).not.toContain(ids[as]);
    await stopAndStart(member, ids[as]);
  });

  it('is among the actions that the API tells, as its unlock is', async () => {
    const where = `/servers/${ids[as]}/os-instance-actions`;
    const { instanceActions } = await on.answered('admin', where);
    const ours = instanceActions.filter(({ action }: { action: string }) => /lock/.test(action));
    const by = { user_id: user, project_id: user && on.project.id, message: null };
    expect(ours).toEqual([
      expect.objectContaining({ action: 'unlock', ...by }),
      expect.objectContaining({ action: 'lock', request_id: `req-${run1}`, ...by }),
    ]);
    for (const { action, request_id: request } of ours) {
      const { instanceAction } = await on.answered('admin', `${where}/${request}`);
      expect(instanceAction).toMatchObject({ action, request_id: request, instance_uuid: ids[as] });
      expect(instanceAction.events).toEqual([
        expect.objectContaining({ event: `api_${action}`, result: 'Success', host: on.host }),
      ]);
    }
  });
});

describe('a lock that the API puts on', () => {
  it.each([
    ['owner', REASON],
    ['admin', null],
  ])('as an %s is shown and taken off by keyward', async (as, reason) => {
    const id = ids.others;
    const [user, userId] = as === 'owner' ? [member, 'alice'] : [admin, 'admin'];
    expect(await act(user, id, { lock: reason && { locked_reason: reason } })).toMatchObject({ status: 202 });
    expect(await on.home.json('server', 'show', id)).toMatchObject({
      locked: true,
      locked_reason: reason,
      lock: expect.objectContaining({ locked_by: as }),
    });
    const list = ['server', 'list', '--locked', '--long'];
    expect(await on.home.json(...list)).toEqual([
      expect.objectContaining({ ID: id, Locked: true, 'Locked Reason': reason }),
    ]);
    const lock = { Reason: reason, 'Locked By': as, 'User ID': userId, Run: null, Drift: null };
    expect(await lockOf(id)).toMatchObject(lock);

    if (as === 'admin') {
      const refused = await act(member, id, { unlock: null });
      expect(refused).toMatchObject({ status: 403, body: { forbidden: { message: OVERRIDE } } });
      expect(await run('owner', 'server', 'unlock', id)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(OVERRIDE),
      });
      expect(await told(id)).toMatchObject({ locked: true });
    }
    await done(as, 'server', 'unlock', id);
    expect(await told(id)).toMatchObject({ locked: false, locked_reason: null });
  });
});

it("a project's servers are locked by one run, and its locks taken off, but for the member's own", async () => {
  expect(await act(member, ids.others, { lock: { locked_reason: 'mine' } })).toMatchObject({ status: 202 });
  const lock = ['server', 'lock', '--all', '--project', on.project.id, '--reason', REASON, '-f', 'json'];
  const { code, stdout, stderr } = await on.home.run(lock);
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    expect.arrayContaining([expect.objectContaining({ Changed: 3 })]),
  ]);
  expect((await found('locked=true')).toSorted()).toEqual(Object.values(ids).toSorted());
  const [, id] = /unlock --run (\S+)`/.exec(stderr)!;
  await done('admin', 'server', 'unlock', '--run', id!);
  expect(await found('locked=true')).toEqual([ids.others]);
  expect(await told(ids.others)).toMatchObject({ locked_reason: 'mine' });
});

it("a lock is off for Nova's API when its time is over", async () => {
  await done('owner', 'server', 'lock', ids.owner, '--until', '2s');
  expect(await told(ids.owner)).toMatchObject({ locked: true });
  await until(async () => (await told(ids.owner)).locked === false);
});

it("Nova's API deletes no server that keyward protects, and answers as if it had", async () => {
  const id = ids.kept;
  await done('admin', 'server', 'protect', id, '--reason', REASON);
  expect(await on.home.json('server', 'list', '--protected')).toEqual([expect.objectContaining({ ID: id })]);
  expect(await admin.call('DELETE', `/servers/${id}`)).toMatchObject({ status: 204 });
  expect(await act(admin, id, { forceDelete: null })).toMatchObject({ status: 202 });
  expect(await member.call('DELETE', `/servers/${id}`)).toMatchObject({ status: 204 });
  expect(await told(id)).toMatchObject({ status: 'ACTIVE', 'OS-EXT-STS:task_state': null });
  expect(await on.project.guest(id)).toMatchObject({ spawns: 1 });

  await done('admin', 'server', 'unprotect', id);
  expect(await admin.call('DELETE', `/servers/${id}`)).toMatchObject({ status: 204 });
  await until(async () => (await member.call('GET', `/servers/${id}`)).status === 404);
});

describe('keyward notifies of the same as Nova, in the same form:', () => {
  let ours: Notified[];
  let theirs: Notified[];
  beforeAll(async () => {
    const { owner: id } = ids;
    ours = notifiedByKeyward(on, id).slice(0, 2);
    expect(await act(member, id, { lock: { locked_reason: REASON } })).toMatchObject({ status: 202 });
    expect(await act(member, id, { unlock: null })).toMatchObject({ status: 202 });
    theirs = notifiedByNova(on, id);
  });

  it.each([
    ['instance.lock', 0],
    ['instance.unlock', 1],
  ])('%s', (event, at) => {
    const [one, other] = [ours[at]!, theirs[at]!];
    expect([ours.length, theirs.length, one.event_type, other.event_type]).toEqual([2, 2, event, event]);
    expect([one.publisher_id, other.publisher_id]).toEqual([`nova-api:${on.host}`, 'nova-api:compute1']);
    const names = { ids: { [one.message_id]: '<id>', [other.message_id]: '<id>' }, hosts: [] };
    const alike = (each: Notified) => comparable({ ...each, publisher_id: null }, names);
    expect(differences(alike(one), alike(other))).toEqual({});
    // JSON keeps the order of keys, and so does this.
    expect(Object.keys(valuesOf(one))).toEqual(Object.keys(valuesOf(other)));
  });
});

it('keyward lists no lock of what it or the API has unlocked', async () => {
  expect(await act(member, ids.others, { unlock: null })).toMatchObject({ status: 202 });
  expect(await on.home.json('server', 'lock', 'list')).toEqual([]);
});

it('Nova has logged no error about any of that', () => expect(on.errorsSince(logged)).toEqual([]));
