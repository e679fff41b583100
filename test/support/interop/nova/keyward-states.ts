import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { FakeDriver } from '../../../../src/drivers/compute/fake.ts';
import type { NewServer, ServerCreateRequest } from '../../../../src/rules/compute/new-server.ts';
import type { Asked } from '../../../../src/rules/run-request.ts';
import { ServerGuests } from '../../../../src/services/compute/server-guests.ts';
import { createRequest } from '../../cloud/new-servers.ts';
import { until } from '../../home/cli.ts';
import type { NovaOnHome } from './nova-on-home.ts';
import type { Stopped } from './project.ts';

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
/** What both are asked for, but for the image: keyward's are on its host. */
const PLAIN = { metadata: { kind: 'plain' }, tags: ['t1'], description: 'a text' };

/** A step of a run, or some; each ends where the next one would begin. */
export class OneByOne {
  readonly #on: NovaOnHome;
  readonly #guests: ServerGuests;

  constructor(on: NovaOnHome) {
    this.#on = on;
    this.#guests = new ServerGuests(on.services.cells, new FakeDriver());
  }

  request(name: string, more: Partial<NewServer> = {}): Asked<ServerCreateRequest> {
    const { host, cell, project } = this.#on;
    const asked = createRequest(cell, { host, name, hostname: name, ...PLAIN, ...WITHOUT, ...more });
    const image = { ...asked.server.image, properties: {} };
    return {
      ...asked,
      server: { ...asked.server, image },
      caller: { userId: 'alice', projectId: project.id },
    };
  }

  async accept(name: string, more: Partial<NewServer> = {}): Promise<Asked<ServerCreateRequest>> {
    const request = this.request(name, more);
    await this.#on.services.serverCreation.accept(request);
    return request;
  }

  async place(name: string): Promise<Asked<ServerCreateRequest>> {
    const request = await this.accept(name);
    await this.#on.services.serverCreation.place(request);
    return request;
  }

  async finish(name: string): Promise<Asked<ServerCreateRequest>> {
    const request = await this.place(name);
    await this.#guests.spawn(request);
    await this.#on.services.serverCreation.finish(request);
    return request;
  }

  async fail(request: Asked<ServerCreateRequest>, reason: string): Promise<string> {
    await this.#on.services.serverCreation.fail({ ...request, reason });
    return request.uuid;
  }
}

const WITHOUT = { keyPair: null, hasConfigDrive: false, ownerNames: { user: null, project: null } };

/** Makes what servers are made of, and by commands one with all that can be asked for, and one to be swept away. */
export async function makeByCommands(
  on: NovaOnHome,
): Promise<{ active: string; swept: string; image: string }> {
  const { home, project } = on;
  await project.admin.call('POST', '/flavors', { flavor: { ...HUGE, id: project.id } });
  const file = (name: string, data: string): string => {
    writeFileSync(path.join(home.dir, name), data);
    return path.join(home.dir, name);
  };
  const { id: image } = await home.json(
    'image',
    'create',
    '--file',
    file('img', 'x'.repeat(1024)),
    '--disk-format',
    'raw',
    'img1',
  );
  await succeed(on, 'keypair', 'create', 'key', '--public-key', file('key.pub', KEY));
  const boot = ['server', 'create', '--flavor', 'm1.tiny', '--image', 'img1', '-f', 'json'];
  const guest = ['--key-name', 'key', '--user-data', file('user-data', USER_DATA)];
  const labels = ['--property', 'color=red', '--property', 'size=', '--tag', 'web', '--tag', 'Blue'];
  const active = await succeed(on, ...boot, 'active', '--description', 'größer', ...guest, ...labels);
  const swept = await succeed(on, ...boot, 'swept');
  return { active: JSON.parse(active).id, swept: JSON.parse(swept).id, image };
}

async function succeed(on: NovaOnHome, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await on.asMember(...args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** Makes what is left of the states; `active` is there. */
export async function makeOurs(on: NovaOnHome, active: string): Promise<Ids> {
  const steps = new OneByOne(on);
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
