import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ResourceKind } from '../../../src/rules/identity/kinds.ts';
import type { Resource } from '../../../src/rules/identity/resource.ts';
import type { Place } from '../../../src/services/identity/placing.ts';
import { oneCloudPerFile } from '../../support/cloud/clouds.ts';
import { actor, hashing, type TestIdentity } from '../../support/cloud/resources.ts';

let cloud: TestIdentity;
let shop: Resource;
oneCloudPerFile((opened) => ({ cloud } = opened));
beforeAll(async () => {
  shop = await cloud.create('domain', 'shop');
  await cloud.create('project', 'till', { domain_id: shop.id });
});

const create = (kind: ResourceKind, name: string, place: Place, orShow = false): Promise<Resource> =>
  cloud.services.resources.create(kind, { name }, actor, { hashing, place, orShow });
const [inDefault, inShop] = [{ defaultDomainId: 'default' }, { domain: 'shop' }];

describe('where something is made', () => {
  it('is the default domain where nothing is said, or none for what needs none', async () => {
    expect(await create('user', 'ann', inDefault)).toMatchObject({ domain_id: 'default' });
    expect(await create('project', 'web', inDefault)).toMatchObject({
      domain_id: 'default',
      parent_id: 'default',
    });
    expect(await create('role', 'global', inDefault)).toMatchObject({ domain_id: null });
    expect(await create('domain', 'lone', inDefault)).not.toHaveProperty('domain_id');
  });

  it('is the domain that is named', async () => {
    for (const kind of ['user', 'project', 'role'] as const)
      expect(await create(kind, `named-${kind}`, { ...inDefault, ...inShop })).toMatchObject({
        domain_id: shop.id,
      });
  });

  it("is the parent's domain; the parent may be a domain itself", async () => {
    const till = await cloud.get('project', 'till');
    expect(await create('project', 'drawer', { ...inDefault, parent: 'till' })).toMatchObject({
      domain_id: shop.id,
      parent_id: till.id,
    });
    expect(await create('project', 'window', { ...inDefault, parent: 'shop' })).toMatchObject({
      domain_id: shop.id,
      parent_id: shop.id,
    });
  });

  it.each<[string, ResourceKind, Place, { message: RegExp; [key: string]: unknown }]>([
    ['no domain at all', 'user', {}, { exitCode: 64, message: /^A user belongs to a domain/ }],
    ['no domain for a project', 'project', {}, { exitCode: 64, message: /^A project belongs to a domain/ }],
    ['an unknown domain', 'role', { domain: 'nosuch' }, { name: 'NotFound', message: /No domain with/ }],
    ['an unknown parent', 'project', { parent: 'nosuch' }, { name: 'NotFound', message: /No project with/ }],
    [
      'a parent that is not in the domain',
      'project',
      { domain: 'default', parent: 'till' },
      { name: 'NotFound', message: /in the domain default/ },
    ],
    [
      'an unknown default project',
      'user',
      { ...inShop, defaultProject: { nameOrId: 'nosuch' } },
      { name: 'NotFound', message: /No project with/ },
    ],
  ])('is refused where it is %s', async (_, kind, place, { message, ...error }) => {
    await expect(create(kind, 'refused', place)).rejects.toMatchObject({
      ...error,
      message: expect.stringMatching(message),
    });
    expect(await cloud.listNames(kind, { name: 'refused' })).toEqual([]);
  });

  it('is looked at by --or-show too: a user of that name elsewhere is another one', async () => {
    const here = await create('user', 'twin', inShop);
    const there = await create('user', 'twin', inDefault);
    expect((await create('user', 'twin', inShop, true)).id).toBe(here.id);
    expect((await create('user', 'twin', inDefault, true)).id).toBe(there.id);
  });
});

describe("a user's default project", () => {
  it('is found by its name, when the user is made and later', async () => {
    const till = await cloud.get('project', 'till');
    const defaultProject = { nameOrId: 'till', domain: 'shop' };
    const user = await create('user', 'ben', { ...inShop, defaultProject });
    expect(user).toMatchObject({ default_project_id: till.id });
    await create('user', 'bob', inShop);
    const update = cloud.services.resources.update('user', { nameOrId: 'bob' }, {}, actor, {
      hashing,
      defaultProject,
    });
    expect(await update).toMatchObject({ default_project_id: till.id });
  });
});
