import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Stated, StatedCaller } from '../../../src/rules/compute/caller.ts';
import type { Resource } from '../../../src/rules/identity/resource.ts';
import { oneCloudPerFile } from '../../support/cloud/clouds.ts';
import type { TestIdentity } from '../../support/cloud/resources.ts';

let cloud: TestIdentity;
oneCloudPerFile((opened) => ({ cloud } = opened));

/** By name: the resources that are looked for. */
const made: Record<string, Resource> = {};
const off = { enabled: false };
beforeAll(async () => {
  made['shop'] = await cloud.create('domain', 'shop');
  made['closed'] = await cloud.create('domain', 'closed');
  const inShop = { domain_id: made['shop']!.id };
  for (const [key, name, values] of [
    ['ann', 'ann', {}],
    ['ann of shop', 'ann', inShop],
    ['off', 'off', off],
    ['caged', 'caged', { domain_id: made['closed']!.id }],
  ] as const) {
    made[`user ${key}`] = await cloud.create('user', name, values);
    made[`project ${key}`] = await cloud.create('project', name, values);
  }
  made['user namesake'] = await cloud.create('user', made['user ann']!.id);
  await cloud.update('domain', 'closed', off);
});

const idOf = (key: string): string => made[key]!.id;
const named = (name: string, domain: Extract<Stated, { name: string }>['domain'] = null) => ({
  name,
  domain,
});
const find = (stated: Partial<StatedCaller>) =>
  cloud.services.callers.find({ user: null, project: null, ...stated }, 'default');

describe('who acts is found', () => {
  it.each<[string, () => Partial<StatedCaller>, () => object]>([
    [
      'in the default domain where none is named',
      () => ({ user: named('ann'), project: named('ann') }),
      () => ({ userId: idOf('user ann'), projectId: idOf('project ann') }),
    ],
    [
      'in a domain by its name, and by its ID',
      () => ({ user: named('ann', { name: 'shop' }), project: named('ann', { id: idOf('shop') }) }),
      () => ({ userId: idOf('user ann of shop'), projectId: idOf('project ann of shop') }),
    ],
    [
      'by a name that is the ID of somebody else',
      () => ({ user: named(idOf('user ann')) }),
      () => ({ userId: idOf('user namesake'), projectId: null }),
    ],
    [
      'of an ID, whether it is known or not',
      () => ({ user: { id: 'nosuch' }, project: named('ann') }),
      () => ({ userId: 'nosuch', projectId: idOf('project ann') }),
    ],
  ])('%s', async (_, stated, expected) => expect(await find(stated())).toEqual(expected()));
});

describe('is refused:', () => {
  it.each<[string, () => Partial<StatedCaller>, RegExp, RegExp]>([
    [
      'a user whom nobody knows',
      () => ({ user: named('nosuch') }),
      /^No user with a name or ID of 'nosuch' exists in the domain default\.$/,
      /`keyward user list`/,
    ],
    [
      'a project in another domain',
      () => ({ project: named('admin', { name: 'shop' }) }),
      /^No project/,
      /list/,
    ],
    [
      'an unknown domain',
      () => ({ user: named('ann', { name: 'no' }) }),
      /^No domain .* 'no' exists/,
      /list/,
    ],
    [
      'a domain by a name that is its ID',
      () => ({ user: named('ann', { name: idOf('shop') }) }),
      /^No domain/,
      /./,
    ],
    [
      'a disabled user',
      () => ({ user: named('off') }),
      /^The user off is disabled/,
      /user set --enable \w{32}`/,
    ],
    [
      'a disabled project',
      () => ({ project: named('off') }),
      /^The project off is disabled/,
      /project set --enable/,
    ],
    [
      'a user of a disabled domain',
      () => ({ user: named('caged', { name: 'closed' }) }),
      /^The domain closed is disabled/,
      /domain set --enable/,
    ],
  ])('%s', async (_, stated, message, cure) =>
    expect(find(stated())).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(message),
      cure: expect.stringMatching(cure),
    }),
  );
});
