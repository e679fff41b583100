import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome } from '../support/home/cli.ts';
import type { NovaProject, Stopped } from '../support/interop/nova/project.ts';
import { makeServers, type State, STATES } from '../support/interop/nova/server-states.ts';
import { OWN, sideBySide, UNKNOWN } from '../support/interop/nova/shown-server.ts';
import { RealNova } from '../support/interop/real-nova.ts';

const VERSIONS = ['2.96', '2.104'] as const;
/** What keyward tells otherwise than Nova, and what Nova does there. */
const OTHERWISE: Partial<Record<State, Record<string, string>>> = {
  building: { updated: 'gives the moment of the question for the time that there is none of' },
  deleted: { properties: 'hides those that were deleted along with the server' },
};

const home = TestHome.clone();
let nova: RealNova;
let project: NovaProject;
let held: Stopped;
let ids: Record<State, string>;

beforeAll(async () => {
  nova = await RealNova.shared();
  project = nova.project();
  ({ ids, held } = await makeServers(project));
});
afterAll(async () => {
  await held?.release();
  await nova?.close();
  await home.remove();
});

/** What keyward shows of a server: asked once, since each process takes its time. */
const shownOnce = new Map<State, Promise<any>>();
function shown(state: State): Promise<any> {
  const asked = shownOnce.get(state) ?? home.json('server', 'show', ids[state], '--config-file', nova.config);
  shownOnce.set(state, asked);
  return asked;
}

/** Gives what Nova's API tells an admin of a server; a deleted one it shows in a list alone. */
async function answered(state: State, version: string): Promise<Record<string, unknown>> {
  if (state === 'deleted') {
    const { body } = await project.admin.call('GET', '/servers/detail?deleted=true', undefined, version);
    return body.servers.find(({ id }: { id: string }) => id === ids.deleted);
  }
  const { status, body } = await project.admin.call('GET', `/servers/${ids[state]}`, undefined, version);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.server;
}

/** Leaves out what is told otherwise of a server in this state. */
function alike(state: State, fields: Record<string, unknown>): Record<string, unknown> {
  const otherwise = OTHERWISE[state] ?? {};
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !(field in otherwise)));
}

describe.each(VERSIONS)('every field that the API of a real Nova answers at %s is shown', (version) => {
  it.each(STATES)('of a server that is %s', async (state) => {
    const { ours, theirs, others } = sideBySide(await shown(state), await answered(state, version), version);
    expect(alike(state, ours)).toEqual(alike(state, theirs));
    expect(others).toEqual([]);
  });
});

it('what is told otherwise of some servers is told at all', async () => {
  expect(await shown('building')).toMatchObject({ updated: null });
  expect(await shown('deleted')).toMatchObject({ properties: { of: 'a deleted one' } });
});

it.each<[State, object | null, string | null]>([
  ['locked', { action: 'lock', result: 'Success' }, 'cell1'],
  ['rebuilt', { action: 'rebuild', result: 'Success', message: null }, 'cell1'],
  ['deleted', { action: 'delete', result: 'Success' }, 'cell1'],
  ['unplaced', { action: 'create' }, 'cell0'],
])('the last action and the cell of a server that is %s', async (state, action, cell) => {
  expect(await shown(state)).toMatchObject({ last_action: action, cell });
});

it('a server that is being built has no cell and no last action', async () => {
  expect(await shown('building')).toMatchObject({ cell: null, last_action: null });
});

describe('openstackclient prints the same', () => {
  const openstack = async (version: string, ...args: string[]): Promise<any> => {
    const env = { ...project.admin.env, OS_COMPUTE_API_VERSION: version };
    const { code, stdout, stderr } = await nova.tools.openstack(env, ...args, '-f', 'json');
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
  const ADDED_BY_SDK = ['description', 'id', 'is_disabled', 'is_public', 'location', 'name', 'rxtx_factor'];
  /** openstacksdk adds attributes of its own to a flavor, and openstackclient the image's name. */
  const comparable = (shownByThem: Record<string, any>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(shownByThem)
        .filter(([field]) => !(field in UNKNOWN))
        .map(([field, value]) => {
          if (field === 'image') return [field, /\((.*)\)$/.exec(value)?.[1] ?? value];
          if (field !== 'flavor') return [field, value];
          return [
            field,
            Object.fromEntries(Object.entries(value).filter(([key]) => !ADDED_BY_SDK.includes(key))),
          ];
        }),
    );

  it.each<[State]>([['active'], ['unspawned'], ['building']])('of a server that is %s', async (state) => {
    const theirs = comparable(await openstack('2.100', 'server', 'show', ids[state]));
    const { fault = null, ...all } = await shown(state);
    const ours = Object.fromEntries(Object.entries(all).filter(([field]) => !OWN.includes(field)));
    expect(Object.keys(ours)).toEqual(Object.keys(theirs).filter((key) => key !== 'fault'));
    expect(alike(state, { ...ours, ...(fault && { fault }) })).toEqual(alike(state, theirs));
  });

  it.each<[string, string[]]>([
    ['all, with more columns', ['--long']],
    ['those of a status', ['--status', 'ERROR']],
    ['a name on a host', ['--name', 'ed$', '--host', 'compute1']],
    ['locked ones', ['--long', '--locked']],
    ['deleted ones', ['--long', '--deleted']],
  ])('of a list of %s', async (_, args) => {
    const names = args.includes('--long') ? [] : ['--no-name-lookup'];
    const theirs = await openstack('2.96', 'server', 'list', ...names, ...args);
    const ours = await home.json(
      'server',
      'list',
      '--project',
      project.id,
      '--config-file',
      nova.config,
      ...args,
    );
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.map(withoutOurs)).toEqual(theirs.filter(isMeant(args)).map(withoutTheirs));
  });
  /** Nova takes a server that is being built for locked and for unlocked. */
  const isMeant =
    (args: string[]) =>
    ({ ID }: { ID: string }): boolean =>
      !args.includes('--locked') || ID !== ids.building;
  const left = (row: Record<string, unknown>, ...columns: string[]) =>
    Object.fromEntries(
      Object.entries(row).filter(
        ([name]) => !columns.includes(name) && !(name === 'Properties' && row['Status'] === 'DELETED'),
      ),
    );
  const withoutTheirs = (row: Record<string, unknown>) => left(row, 'Image Name', 'Host Status');
  const withoutOurs = (row: Record<string, unknown>) =>
    left(row, 'Image Name', 'Locked', 'Cell', 'Locked Reason', 'Project ID');

  it.each<[State]>([['unspawned'], ['deleted']])('of the events of a server that is %s', async (state) => {
    const list = ['server', 'event', 'list', ids[state], '--long'];
    const ours = await home.json(...list, '--config-file', nova.config);
    expect(ours).toEqual(await openstack('2.96', ...list));
    const show = ['server', 'event', 'show', ids[state], ours[0]['Request ID']];
    expect(await home.json(...show, '--config-file', nova.config)).toEqual(await openstack('2.96', ...show));
  });
});
