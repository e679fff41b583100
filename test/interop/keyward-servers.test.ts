import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DELETED_MEANWHILE } from '../../src/rules/compute/lost-server.ts';
import { until } from '../support/home/cli.ts';
import { comparable, differences } from '../support/interop/nova/comparable.ts';
import { KnownDifferences } from '../support/interop/nova/known-differences.ts';
import {
  makeByCommands,
  makeOurs,
  makeTheirs,
  OneByOne,
  type State,
  STATES,
} from '../support/interop/nova/keyward-states.ts';
import { NovaOnHome } from '../support/interop/nova/nova-on-home.ts';
import type { Answer, NovaUser, Stopped } from '../support/interop/nova/project.ts';
import { sideBySide } from '../support/interop/nova/shown-server.ts';

const WHO = ['member', 'admin'] as const;
const at = (...versions: string[]) => versions.flatMap((version) => WHO.map((who) => ({ who, version })));

let on: NovaOnHome;
let swept: string;
let ours: Record<State, string>;
let theirs: Record<State, string>;
let stopped: Stopped[];
let logged: number;
let image: string;
let steps: OneByOne;

/** Nova's own failures are in its log by then, and nothing that is about keyward's servers. */
beforeAll(async () => {
  on = await NovaOnHome.start();
  steps = new OneByOne(on);
  const made = await makeByCommands(on);
  ({ swept, image } = made);
  ({ ids: theirs, stopped } = await makeTheirs(on));
  logged = on.logged;
  ours = await makeOurs(on, made.active);
});
afterAll(async () => {
  for (const each of stopped ?? []) await each.release();
  await on?.close();
});

const get = async (user: NovaUser, path: string, version = '2.96'): Promise<any> => {
  const { status, body } = await user.call('GET', path, undefined, version);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body;
};
/** What an admin is told of one server. */
const told = async (id: string, state: State, version: string): Promise<any> => {
  if (state !== 'deleted') return (await get(on.project.admin, `/servers/${id}`, version)).server;
  const { servers } = await get(on.project.admin, '/servers/detail?deleted=True', version);
  return servers.find((server: { id: string }) => server.id === id);
};
const act = (user: NovaUser, id: string, action: object): Promise<Answer> =>
  user.call('POST', `/servers/${id}/action`, action);
/** Takes from an answer what is one server's own. */
const alike = (answer: unknown, id: string) =>
  comparable(answer, {
    [id]: '<id>',
    [image]: '<image>',
    [on.project.images.img1]: '<image>',
    [on.host]: '<host>',
    compute1: '<host>',
  });
const findings = async () => (await on.services.cellVerifier.verify(20_000)).findings;

describe("Nova's API tells of keyward's servers as of its own", () => {
  const known = KnownDifferences.ofAnswers();
  /** An admin alone finds deleted servers. */
  const statesOf = (who: string) => STATES.filter((state) => who === 'admin' || state !== 'deleted');
  const compare = async (state: State, tell: (id: string) => Promise<unknown>) => {
    const [one, other] = [ours[state], theirs[state]];
    const found = differences(alike(await tell(one), one), alike(await tell(other), other));
    expect([state, known.unknown(state, found)]).toEqual([state, {}]);
  };

  it.each(at('2.1', '2.73', '2.96', '2.104'))('lists and shows, to a $who at $version', async (given) => {
    const { who, version } = given;
    const user = on.project[who];
    const { servers } = await get(user, '/servers/detail', version);
    if (who === 'admin') servers.push(...(await get(user, '/servers/detail?deleted=True', version)).servers);
    for (const state of statesOf(who))
      await compare(state, async (id) => [
        servers.find((server: any) => server.id === id) ?? 'not listed',
        state === 'deleted' ? null : await get(user, `/servers/${id}`, version),
      ]);
  });

  it.each(at('2.21', '2.51', '2.84'))('actions and events, to a $who at $version', async (given) => {
    const { who, version } = given;
    const user = on.project[who];
    for (const state of statesOf(who)) {
      if (state === 'requested') continue;
      await compare(state, async (id) => {
        const path = `/servers/${id}/os-instance-actions`;
        const { instanceActions } = await get(user, path, version);
        const each = instanceActions.map((action: any) => get(user, `${path}/${action.request_id}`, version));
        return [instanceActions, await Promise.all(each)];
      });
    }
  });

  it('and whatever is told otherwise is known', () => expect(known.unseen).toEqual([]));
});

it.each([
  'status=ACTIVE',
  'status=ERROR',
  'status=BUILD',
  'name=^re',
  'tags=t1,t2',
  'not-tags=t1',
  'key_name=key',
  'flavor=1',
  'description=a%20text',
  'locked=false',
  'vm_state=building',
  'task_state=spawning',
  'config_drive=true',
  'user_id=alice',
  'changes-since=2026-01-01T00:00:00Z',
  'deleted=True',
])("Nova's API finds by %s those of keyward's as of its own", async (query) => {
  const { servers } = await get(on.project.admin, `/servers?${query}`);
  const found = new Set(servers.map(({ id }: { id: string }) => id));
  const statesAmong = (ids: Record<State, string>) => STATES.filter((state) => found.has(ids[state]));
  expect(statesAmong(ours)).toEqual(statesAmong(theirs));
  expect(statesAmong(ours).length).toBeGreaterThan(0);
});

it.each(WHO)("Nova's API gives a %s pages of keyward's servers and its own", async (who) => {
  const user = on.project[who];
  const idsOf = async (query: string): Promise<string[]> =>
    (await get(user, `/servers${query}`)).servers.map(({ id }: { id: string }) => id);
  const all = await idsOf('');
  const paged: string[] = [];
  for (let page = await idsOf('?limit=2'); page.length > 0;) {
    paged.push(...page);
    page = await idsOf(`?limit=2&marker=${page.at(-1)}`);
  }
  expect(paged).toEqual(all);
  expect(all.toSorted()).toEqual(
    [
      swept,
      ...[ours, theirs].flatMap((ids) =>
        STATES.filter((state) => state !== 'deleted').map((state) => ids[state]),
      ),
    ].toSorted(),
  );
});

/** What keyward tells otherwise than Nova: Nova gives the present for no time, and hides what a deleted server had. */
const OTHERWISE: Partial<Record<State, string>> = { requested: 'updated', deleted: 'properties' };

it.each(STATES)("keyward shows a server that is %s as Nova's API does", async (state) => {
  const shown = await on.home.json('server', 'show', ours[state]);
  for (const version of ['2.96', '2.104']) {
    const compared = sideBySide(shown, await told(ours[state], state, version), version);
    const field = OTHERWISE[state];
    if (field) compared.ours[field] = compared.theirs[field];
    expect(compared.ours).toEqual(compared.theirs);
    expect(compared.others).toEqual([]);
  }
});

describe('keyward and openstackclient print the same', () => {
  const openstack = async (...args: string[]): Promise<any> => {
    const { code, stdout, stderr } = await on.nova.tools.openstack(
      on.project.admin.env,
      ...args,
      '-f',
      'json',
    );
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const without = (rows: Record<string, unknown>[], ...columns: string[]) =>
    rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !columns.includes(name))));
  const byId = (rows: Record<string, unknown>[]) =>
    rows.toSorted((a, b) => String(a['ID']).localeCompare(String(b['ID'])));

  it("of a list of keyward's servers and of Nova's", async () => {
    const printed = await on.home.json('server', 'list', '--project', on.project.id, '--long');
    const listed = await openstack('server', 'list', '--long');
    // Nova lists what is in no cell yet before all others.
    expect(byId(without(printed, 'Image Name', 'Locked', 'Cell', 'Project ID'))).toEqual(
      byId(without(listed, 'Image Name', 'Host Status')),
    );
  });

  it('of a deletion by an admin of no project', async () => {
    const list = ['server', 'event', 'list', ours.deleted, '--long'];
    const printed = await openstack(...list);
    expect(printed[0]).toMatchObject({ Action: 'delete', 'Project ID': null, 'User ID': null });
    expect(await on.home.json(...list)).toEqual(printed);
    const show = ['server', 'event', 'show', ours.deleted, printed[0]['Request ID']];
    expect(await on.home.json(...show)).toEqual(await openstack(...show));
  });
});

it("Nova's objects load keyward's rows as they load Nova's", async () => {
  const known = KnownDifferences.ofRows();
  const all = await on.nova.tools.objects().servers([...Object.values(ours), ...Object.values(theirs)]);
  for (const state of STATES) {
    const [one, other] = [ours[state], theirs[state]];
    const found = differences(alike(all[one], one), alike(all[other], other));
    expect([state, known.unknown(state, found)]).toEqual([state, {}]);
  }
  expect(known.unseen).toEqual([]);
});

describe("a server of keyward's that Nova's API changes", () => {
  const isDeleted = async (id: string) => {
    expect(await on.project.member.call('DELETE', `/servers/${id}`)).toMatchObject({ status: 204 });
    expect(await told(id, 'deleted', '2.96')).toMatchObject({ status: 'DELETED' });
    expect(await on.home.json('server', 'show', id)).toMatchObject({ status: 'DELETED' });
  };

  it('is deleted there, as no nova-compute reports for its host', async () => {
    expect(on.guests()).toContain(swept);
    await isDeleted(swept);
  });

  it.each(['unspawned', 'unplaced'] as const)('is deleted where it is %s', (state) => isDeleted(ours[state]));

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
    expect(await told(uuid, 'active', '2.96')).toMatchObject({ status: 'ERROR', locked: true });
    expect(await act(member, uuid, { unlock: null })).toMatchObject({ status: 202 });
    expect(await on.asMember('server', 'delete', uuid)).toMatchObject({ code: 0 });
    expect(await told(uuid, 'deleted', '2.96')).toMatchObject({ status: 'DELETED', locked: false });
  });
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
    const boot = ['server', 'create', 'between', '--flavor', 'm1.tiny', '--image', 'img1'];
    const created = on.asMember(...boot);
    await until(() => on.home.isHeldUp('relation', 'nova_cell1'));
    const [{ id }] = (await get(on.project.member, '/servers?name=between')).servers;
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
    const request = await steps.place('late');
    expect(await remove(request.uuid)).toMatchObject({ status: 204 });
    await expect(on.services.serverCreation.finish(request)).rejects.toMatchObject({
      name: DELETED_MEANWHILE,
    });
    await assertGone(request.uuid, 'ServerDeleted');
  });
});

it("keyward's host removes what is left there of a server that Nova's API deleted", async () => {
  await until(() => !on.guests().includes(swept));
  expect(on.guests()).toEqual([ours.active]);
});

it('Nova has logged no error about any of that', () => expect(on.errorsSince(logged)).toEqual([]));
