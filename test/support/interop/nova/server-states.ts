import { until } from '../../home/cli.ts';
import type { NovaProject, Stopped } from './project.ts';

/** What a server can be: `unspawned` failed on its host, `unplaced` was taken by none, and is in cell0. */
export const STATES = [
  'active',
  'stopped',
  'locked',
  'unspawned',
  'unplaced',
  'rebuilt',
  'building',
  'deleted',
] as const;
export type State = (typeof STATES)[number];

/**
 * Makes a server of each kind in a project. One stays a build request until `held` is released, which a test always has
 * to do.
 */
export async function makeServers(
  project: NovaProject,
): Promise<{ ids: Record<State, string>; held: Stopped }> {
  const ids = {} as Record<State, string>;
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
  ids.active = await bootFull(project, keypair.name, group.id);
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
  const held = await project.hold('schedule_and_build_instances');
  ids.building = await project.boot({ name: 'building', key_name: 'key', tags: ['b'], metadata: { e: 'f' } });
  await until(async () => (await held.count()) === 1);
  return { ids, held };
}

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6c1y3V1eVYrWJ1l6pJm0mY1m0Hq1m1l0Y0Ww9p8Y3k alice';

/** Asks for a server with all that one can be asked for here. */
const bootFull = (project: NovaProject, key: string, group: string): Promise<string> =>
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
