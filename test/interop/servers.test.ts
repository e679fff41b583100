import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestHome, until } from '../support/home/cli.ts';
import type { NovaProject, Stopped } from '../support/interop/nova/project.ts';
import { RealNova } from '../support/interop/real-nova.ts';

const VERSIONS = ['2.96', '2.104'] as const;
/** These are what a server can be. */
const STATES = [
  'active',
  'stopped',
  'locked',
  'unspawned',
  'unplaced',
  'rebuilt',
  'building',
  'deleted',
] as const;
type State = (typeof STATES)[number];

/** What Nova's API tells and the databases don't, with the reason; `server show` has no field for any of these. */
const UNKNOWN = {
  links: 'URLs of the API itself',
  security_groups: 'Neutron has them',
  host_status: '`service_down_time` of nova.conf decides it',
};
/** Field that openstackclient calls otherwise. */
const RENAMED: Record<string, string> = {
  tenant_id: 'project_id',
  metadata: 'properties',
  'os-extended-volumes:volumes_attached': 'volumes_attached',
};
/** openstackclient shows an image by its id, of an address the address alone, and hints that are not there as none. */
const RESHAPED: Record<string, (value: any) => unknown> = {
  image: ({ id }) => id,
  addresses: (networks: Record<string, { addr: string }[]>) =>
    Object.fromEntries(Object.entries(networks).map(([name, all]) => [name, all.map(({ addr }) => addr)])),
  scheduler_hints: (hints) => hints ?? {},
};
/** What keyward tells otherwise than Nova, and what Nova does there. */
const OTHERWISE: Partial<Record<State, Record<string, string>>> = {
  building: { updated: 'gives the moment of the question for the time that there is none of' },
  deleted: { properties: 'hides those that were deleted along with the server' },
};
/** Fields that Nova does not answer at a version, or not of each server; openstackclient shows None then. */
const ABSENT: Record<string, string[]> = {
  '2.96': ['cell', 'last_action', 'progress', 'scheduler_hints', 'server_groups'],
  '2.104': ['cell', 'last_action', 'progress', 'server_groups'],
};

const home = TestHome.clone();
let nova: RealNova;
let project: NovaProject;
let held: Stopped;
const ids = {} as Record<State, string>;

beforeAll(async () => {
  nova = await RealNova.shared();
  project = nova.project();
  await arrange();
});
afterAll(async () => {
  await held?.release();
  await nova?.close();
  await home.remove();
});

async function arrange(): Promise<void> {
  const { member, admin } = project;
  const made = async (path: string, body: object, by = member): Promise<any> => {
    const { status, body: answer } = await by.call('POST', path, body);
    if (status >= 400) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const { keypair } = await made('/os-keypairs', { keypair: { name: 'key', type: 'ssh', public_key: KEY } });
  const policy = { server_group: { name: 'group', policy: 'soft-affinity' } };
  const { server_group: group } = await made('/os-server-groups', policy);
  const flavor = { name: project.id, ram: 64, vcpus: 1, disk: 100_000_000, id: project.id };
  await made('/flavors', { flavor }, admin);
  ids.active = await bootFull(keypair.name, group.id);
  ids.stopped = await project.boot({ name: 'stopped', description: 'a text' });
  ids.locked = await project.boot({ name: 'locked' });
  ids.rebuilt = await project.boot({ name: 'rebuilt', metadata: { a: 'b' } });
  ids.deleted = await project.boot({ name: 'deleted', metadata: { of: 'a deleted one' }, tags: ['gone'] });
  ids.unplaced = await project.boot({ name: 'unplaced', flavorRef: project.id });
  for (const id of Object.values(ids)) await project.settled(id);
  await project.spawnsEnd('fail');
  ids.unspawned = await project.boot({ name: 'unspawned' });
  await project.settled(ids.unspawned);
  await project.spawnsEnd('well');
  await project.act(ids.stopped, { 'os-stop': null });
  await project.act(ids.locked, { lock: { locked_reason: 'until friday' } });
  const rebuild = { imageRef: project.images.img2, metadata: { c: 'd' }, description: 'rebuilt' };
  await project.act(ids.rebuilt, { rebuild });
  await member.call('DELETE', `/servers/${ids.deleted}`);
  await project.settled(ids.stopped);
  await project.settled(ids.rebuilt);
  await until(async () => (await admin.call('GET', `/servers/${ids.deleted}`)).status === 404);
  held = await project.hold('schedule_and_build_instances');
  ids.building = await project.boot({ name: 'building', key_name: 'key', tags: ['b'], metadata: { e: 'f' } });
  await until(async () => (await held.count()) === 1);
}

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6c1y3V1eVYrWJ1l6pJm0mY1m0Hq1m1l0Y0Ww9p8Y3k alice';

const bootFull = (key: string, group: string): Promise<string> =>
  project.member
    .call('POST', '/servers', {
      server: {
        name: 'active',
        flavorRef: '1',
        imageRef: project.images.img1,
        networks: 'none',
        key_name: key,
        description: 'größer',
        metadata: { color: 'red', size: '' },
        tags: ['web', 'Blue'],
        config_drive: true,
        user_data: Buffer.from('#!/bin/sh').toString('base64'),
        availability_zone: 'nova',
        accessIPv4: '10.0.0.9',
        accessIPv6: '2001:db8::1',
        hostname: 'host-of-active',
      },
      'os:scheduler_hints': { group },
    })
    .then(({ status, body }) => {
      if (status !== 202) throw new Error(JSON.stringify(body));
      return body.server.id as string;
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
    const theirs = await answered(state, version);
    const ours = (await shown(state)) as Record<string, unknown>;
    const expected = Object.fromEntries(
      Object.entries(theirs)
        .filter(([field]) => !(field in UNKNOWN))
        .map(([field, value]) => [RENAMED[field] ?? field, RESHAPED[field]?.(value) ?? value]),
    );
    const compared = Object.fromEntries(Object.keys(expected).map((field) => [field, ours[field]]));
    expect(alike(state, compared)).toEqual(alike(state, expected));
    const others = Object.keys(ours).filter((field) => !(field in expected));
    expect(others.filter((field) => !ABSENT[version]!.includes(field))).toEqual([]);
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
    const { cell: _, last_action: __, fault = null, ...ours } = await shown(state);
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
    left(row, 'Image Name', 'Locked', 'Cell', 'Project ID');

  it.each<[State]>([['unspawned'], ['deleted']])('of the events of a server that is %s', async (state) => {
    const list = ['server', 'event', 'list', ids[state], '--long'];
    const ours = await home.json(...list, '--config-file', nova.config);
    expect(ours).toEqual(await openstack('2.96', ...list));
    const show = ['server', 'event', 'show', ids[state], ours[0]['Request ID']];
    expect(await home.json(...show, '--config-file', nova.config)).toEqual(await openstack('2.96', ...show));
  });
});
