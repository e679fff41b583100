import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { comparable, differences } from '../support/interop/nova/comparable.ts';
import { KnownDifferences } from '../support/interop/nova/known-differences.ts';
import {
  makeActive,
  makeOurs,
  makeTheirs,
  type State,
  STATES,
} from '../support/interop/nova/keyward-states.ts';
import { NovaOnHome } from '../support/interop/nova/nova-on-home.ts';
import type { Stopped } from '../support/interop/nova/project.ts';
import { rowsOfServer } from '../support/interop/nova/rows-of-server.ts';
import { sideBySide } from '../support/interop/nova/shown-server.ts';

const WHO = ['member', 'admin'] as const;
const at = (...versions: string[]) => versions.flatMap((version) => WHO.map((who) => ({ who, version })));

let on: NovaOnHome;
let ours: Record<State, string>;
let theirs: Record<State, string>;
let stopped: Stopped[];
let logged: number;
let image: string;

/** Nova's own failures are in its log by then, and nothing that is about keyward's servers. */
beforeAll(async () => {
  on = await NovaOnHome.start();
  const made = await makeActive(on);
  ({ image } = made);
  [ours, { ids: theirs, stopped }] = await Promise.all([makeOurs(on, made.active), makeTheirs(on)]);
  logged = on.logged;
});
afterAll(async () => {
  for (const each of stopped ?? []) await each.release();
  await on?.close();
});

/** Takes from an answer what is one server's own. */
const alike = (answer: unknown, id: string) =>
  comparable(answer, {
    ids: { [id]: '<id>', [image]: '<image>', [on.project.images.img1]: '<image>' },
    hosts: [on.host, 'compute1'],
  });

describe("Nova's API tells of keyward's servers as of its own", () => {
  const known = KnownDifferences.ofAnswers();
  /** An admin alone finds deleted servers. */
  const statesOf = (who: string) => STATES.filter((state) => who === 'admin' || state !== 'deleted');
  const compare = async (state: State, tell: (id: string) => Promise<unknown>) => {
    const [one, other] = [ours[state], theirs[state]];
    const found = differences(alike(await tell(one), one), alike(await tell(other), other));
    expect([state, known.unknown(state, found)]).toEqual([state, {}]);
  };

  it.each(at('2.1', '2.73', '2.96', '2.104'))('lists and shows, for $who at $version', async (given) => {
    const { who, version } = given;
    const { servers } = await on.answered(who, '/servers/detail', version);
    if (who === 'admin')
      servers.push(...(await on.answered(who, '/servers/detail?deleted=True', version)).servers);
    for (const state of statesOf(who))
      await compare(state, async (id) => [
        servers.find((server: any) => server.id === id) ?? 'not listed',
        state === 'deleted' ? null : await on.answered(who, `/servers/${id}`, version),
      ]);
  });

  it.each(at('2.21', '2.51', '2.84'))('actions and events, for $who at $version', async (given) => {
    const { who, version } = given;
    for (const state of statesOf(who)) {
      if (state === 'requested') continue;
      await compare(state, async (id) => {
        const path = `/servers/${id}/os-instance-actions`;
        const { instanceActions } = await on.answered(who, path, version);
        const each = instanceActions.map((action: any) =>
          on.answered(who, `${path}/${action.request_id}`, version),
        );
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
  const { servers } = await on.answered('admin', `/servers?${query}`);
  const found = new Set(servers.map(({ id }: { id: string }) => id));
  const statesAmong = (ids: Record<State, string>) => STATES.filter((state) => found.has(ids[state]));
  expect(statesAmong(ours)).toEqual(statesAmong(theirs));
  expect(statesAmong(ours).length).toBeGreaterThan(0);
});

it.each(WHO)("Nova's API gives pages, for %s, of keyward's servers and its own", async (who) => {
  const idsOf = async (query: string): Promise<string[]> =>
    (await on.answered(who, `/servers${query}`)).servers.map(({ id }: { id: string }) => id);
  const all = await idsOf('');
  const paged: string[] = [];
  for (let page = await idsOf('?limit=2'); page.length > 0;) {
    paged.push(...page);
    page = await idsOf(`?limit=2&marker=${page.at(-1)}`);
  }
  expect(paged).toEqual(all);
  const living = STATES.filter((state) => state !== 'deleted');
  const made = [ours, theirs].flatMap((ids) => living.map((state) => ids[state]));
  expect(all.toSorted()).toEqual(made.toSorted());
});

/** What keyward tells otherwise than Nova: Nova gives the present for no time, and hides what a deleted server had. */
const OTHERWISE: Partial<Record<State, string>> = { requested: 'updated', deleted: 'properties' };

it.each(STATES)("keyward shows a server that is %s as Nova's API does", async (state) => {
  const shown = await on.home.json('server', 'show', ours[state]);
  for (const version of ['2.96', '2.104']) {
    const compared = sideBySide(
      shown,
      await on.told(ours[state], { isDeleted: state === 'deleted' }, version),
      version,
    );
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
    expect(byId(without(printed, 'Image Name', 'Locked', 'Cell', 'Locked Reason', 'Project ID'))).toEqual(
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

it("each table has as many rows of keyward's servers as of Nova's", async () => {
  for (const state of STATES) {
    const [one, other] = [
      await rowsOfServer(on.home, ours[state]),
      await rowsOfServer(on.home, theirs[state]),
    ];
    expect([state, one]).toEqual([state, other]);
    expect(Object.keys(one).length).toBeGreaterThan(2);
  }
});

it('Nova has logged no error about any of that', () => expect(on.errorsSince(logged)).toEqual([]));
