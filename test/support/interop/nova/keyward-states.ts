import { until } from '../../home/cli.ts';
import type { NovaOnHome } from './nova-on-home.ts';
import type { Stopped } from './project.ts';
import { PLAIN, StepByStep } from './step-by-step.ts';

/** What a server can be that keyward makes; `unspawned` failed on its host, `unplaced` is in cell0. */
export const STATES = [
  'active',
  'renamed',
  'unspawned',
  'unplaced',
  'requested',
  'spawning',
  'deleted',
] as const;
export type State = (typeof STATES)[number];
type Ids = Record<State, string>;

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAUKw8/zr3ehhfjotg5bSCC4ZeCI1fvVWvBBEiPcFFbe alice-key';
const USER_DATA = '#!/bin/sh\n';

/** Makes what servers are made of, and by a command one with all that can be asked for. */
export async function makeActive(on: NovaOnHome): Promise<{ active: string; image: string }> {
  const { admin, id } = on.project;
  await admin.call('POST', '/flavors', { flavor: { ...HUGE, id } });
  const image = await on.makeImage('img1');
  await succeed(on, 'keypair', 'create', 'key', '--public-key', on.file('key', KEY));
  const guest = ['--key-name', 'key', '--user-data', on.file('user-data', USER_DATA)];
  const labels = ['--property', 'color=red', '--property', 'size=', '--tag', 'web', '--tag', 'Blue'];
  const active = await on.create('active', image, '--description', 'größer', ...guest, ...labels);
  return { active, image };
}

async function succeed(on: NovaOnHome, ...args: string[]): Promise<void> {
  const { code, stderr } = await on.asMember(...args);
  if (code !== 0) throw new Error(stderr);
}

/** Makes what is left of the states; `active` is there. */
export async function makeOurs(on: NovaOnHome, active: string): Promise<Ids> {
  const steps = new StepByStep(on);
  const renamed = (await steps.finish('old')).uuid;
  await succeed(on, 'server', 'set', renamed, '--name', 'renamed', '--property', 'a=b', '--tag', 't2');
  const deleted = (await steps.finish('deleted')).uuid;
  // Nobody is stated: an admin of no project.
  const { code, stderr } = await on.home.run(['server', 'delete', deleted]);
  if (code !== 0) throw new Error(stderr);
  const { flavor: huge } = await on.services.flavors.show('huge');
  return {
    active,
    renamed,
    deleted,
    unspawned: await steps.fail(await steps.place('unspawned'), 'The image is gone.'),
    unplaced: await steps.fail(await steps.accept('unplaced', { flavor: huge }), 'The cell is gone.'),
    requested: (await steps.accept('requested')).uuid,
    spawning: (await steps.place('spawning')).uuid,
  };
}

/** Lets Nova make the same by its own host; what is stopped for that must be released. */
export async function makeTheirs({ project }: NovaOnHome): Promise<{ ids: Ids; stopped: Stopped[] }> {
  const { member, admin } = project;
  const plain = (name: string, more: object = {}) => project.boot({ name, ...PLAIN, ...more });
  const ids = {} as Ids;
  ids.active = await project.boot({ ...FULL, user_data: Buffer.from(USER_DATA).toString('base64') });
  ids.renamed = await plain('old');
  ids.deleted = await plain('deleted');
  ids.unplaced = await plain('unplaced', { flavorRef: project.id });
  for (const id of Object.values(ids)) await project.settled(id);
  await member.call('PUT', `/servers/${ids.renamed}`, { server: { name: 'renamed' } });
  await member.call('POST', `/servers/${ids.renamed}/metadata`, { metadata: { a: 'b' } });
  await member.call('PUT', `/servers/${ids.renamed}/tags/t2`);
  await admin.call('DELETE', `/servers/${ids.deleted}`);
  // After another failure it would be on no host.
  await project.spawnsEnd('abort');
  ids.unspawned = await plain('unspawned');
  await project.settled(ids.unspawned);
  await project.spawnsEnd('well');
  const spawning = await project.stopAt('spawn');
  ids.spawning = await plain('spawning');
  await until(async () => (await spawning.count()) === 1);
  const requested = await project.hold('schedule_and_build_instances');
  ids.requested = await plain('requested');
  await until(async () => (await requested.count()) === 1);
  return { ids, stopped: [spawning, requested] };
}

const HUGE = { name: 'huge', ram: 64, vcpus: 1, disk: 100_000_000 };
const FULL = {
  name: 'active',
  key_name: 'key',
  description: 'größer',
  metadata: { color: 'red', size: '' },
  tags: ['web', 'Blue'],
  config_drive: true,
};
