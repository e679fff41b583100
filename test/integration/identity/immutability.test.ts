import { beforeEach, describe, expect, it } from '@jest/globals';
import { resourceKinds, type ResourceKind } from '../../../src/rules/identity/kinds.ts';
import type { ResourcePatch } from '../../../src/rules/identity/resource.ts';
import { oneCloudPerFile } from '../../support/cloud/clouds.ts';
import type { TestPostgres } from '../../support/cloud/postgres.ts';
import { actor, type TestIdentity } from '../../support/cloud/resources.ts';
import { exactRows } from '../../support/cloud/rows.ts';

let server: TestPostgres;
let cloud: TestIdentity;
let made = 0;
const fresh = (): string => `thing${(made += 1)}`;
const stored = (kind: ResourceKind, id: string): Promise<object[]> => {
  const [table, column] = {
    role: ['role_option', 'role_id'],
    user: ['keyward.user_option', 'user_id'],
    project: ['project_option', 'project_id'],
    domain: ['project_option', 'project_id'],
  }[kind];
  return server.query(
    cloud.address.database,
    `select option_id, option_value from ${table} where ${column} = $1`,
    [id],
  );
};
const everything = (): Promise<unknown> => exactRows(server, cloud.address.database);

oneCloudPerFile((opened) => ({ server, cloud } = opened));

describe.each(resourceKinds)('an immutable %s', (kind) => {
  let id: string;
  let name: string;
  beforeEach(async () => {
    name = fresh();
    ({ id } = await cloud.create(kind, name, { options: { immutable: true } }));
  });

  it.each<[string, (that: { name: string }) => ResourcePatch]>([
    ['a rename', () => ({ name: 'other' })],
    ['the name that it has', (that) => ({ name: that.name })],
    ['the state that it has', () => ({ enabled: true })],
    ['a description', () => ({ description: 'x' })],
    ['an extra attribute', () => ({ color: 'red' })],
    ['immutable again', () => ({ options: { immutable: true } })],
    ['no options', () => ({ options: {} })],
    ['clearing together with a rename', () => ({ options: { immutable: false }, name: 'other' })],
    [
      'clearing together with the name that it has',
      (that) => ({ options: { immutable: false }, name: that.name }),
    ],
    ['clearing together with another attribute', () => ({ options: { immutable: false }, is_domain: false })],
  ])('refuses %s, and is left as it was', async (_, patch) => {
    const before = await everything();
    await expect(cloud.update(kind, id, patch({ name }))).rejects.toMatchObject({
      name: 'ResourceUpdateForbidden',
      exitCode: 1,
      message: `Unable to update immutable ${kind} resource: \`${id}. Set resource option "immutable" to false first.`,
      cure: expect.stringMatching(
        new RegExp(
          `It is the ${kind} ${name}, immutable, since \\S+ by operator@host\\. .*keyward ${kind} set --no-immutable ${id}`,
        ),
      ),
    });
    expect(await everything()).toEqual(before);
  });

  it('accepts clearing by false, which is kept as a row', async () => {
    const after = await cloud.update(kind, id, { options: { immutable: false } });
    expect(after.options).toEqual({ immutable: false });
    expect(await stored(kind, id)).toEqual([{ option_id: 'IMMU', option_value: 'false' }]);
  });

  it('accepts clearing by null, which deletes the row', async () => {
    const after = await cloud.update(kind, id, { options: { immutable: null } });
    expect(after.options).toEqual({});
    expect(await stored(kind, id)).toEqual([]);
  });

  it.each([['false'], [0], ['yes'], [1]])('refuses the immutable %p as bad input', async (value) => {
    const patch = { options: { immutable: value as unknown as boolean } };
    await expect(cloud.update(kind, id, patch)).rejects.toMatchObject({ exitCode: 64 });
    expect(await stored(kind, id)).toEqual([{ option_id: 'IMMU', option_value: 'true' }]);
  });

  it('refuses another option beside it as bad input', async () => {
    const patch = { options: { immutable: false, foo: 1 } };
    await expect(cloud.update(kind, id, patch)).rejects.toMatchObject({ exitCode: 64 });
  });

  it('refuses options that are none as bad input', async () => {
    const patch = { options: null } as unknown as ResourcePatch;
    await expect(cloud.update(kind, id, patch)).rejects.toMatchObject({ exitCode: 64 });
  });

  it('refuses an empty request as bad input', async () => {
    await expect(cloud.update(kind, id, {})).rejects.toMatchObject({ exitCode: 64 });
  });

  it('refuses to be deleted', async () => {
    const before = await everything();
    await expect(cloud.delete(kind, id)).rejects.toMatchObject({
      name: 'ResourceDeleteForbidden',
      message: `Unable to delete immutable ${kind} resource: \`${id}. Set resource option "immutable" to false first.`,
    });
    expect(await everything()).toEqual(before);
  });
});

describe.each(resourceKinds)('a mutable %s', (kind) => {
  it.each([
    [true, [{ option_id: 'IMMU', option_value: 'true' }]],
    [false, [{ option_id: 'IMMU', option_value: 'false' }]],
    [null, []],
    [undefined, []],
  ])('made with immutable %p stores %j', async (immutable, rows) => {
    const options = immutable === undefined ? {} : { options: { immutable } };
    const { id } = await cloud.create(kind, fresh(), options);
    expect(await stored(kind, id)).toEqual(rows);
  });

  it('may become immutable and be renamed in one request', async () => {
    const { id } = await cloud.create(kind, fresh());
    const name = fresh();
    expect(await cloud.update(kind, id, { name, options: { immutable: true } })).toMatchObject({
      name,
      options: { immutable: true },
    });
  });

  it('can be deleted, and leaves nothing behind', async () => {
    const { id } = await cloud.create(kind, fresh(), { enabled: kind !== 'domain' });
    await cloud.delete(kind, id);
    await expect(cloud.get(kind, id)).rejects.toMatchObject({ name: 'NotFound' });
    expect(await stored(kind, id)).toEqual([]);
  });

  it('is guarded all the same when its option is no JSON, until it is cleared', async () => {
    const { id } = await cloud.create(kind, fresh(), { options: { immutable: false } });
    const table =
      kind === 'user' ? 'keyward.user_option' : kind === 'role' ? 'role_option' : 'project_option';
    await server.query(
      cloud.address.database,
      `update ${table} set option_value = 'True' where option_value = 'false'`,
    );
    await expect(cloud.update(kind, id, { description: 'x' })).rejects.toMatchObject({
      name: 'ResourceUpdateForbidden',
    });
    await cloud.update(kind, id, { options: { immutable: null } });
    await cloud.update(kind, id, { description: 'x' });
  });
});

it('a domain is no project: it can be neither changed nor deleted as one', async () => {
  const { id } = await cloud.create('domain', fresh(), { options: { immutable: true }, enabled: false });
  await expect(cloud.update('project', id, { description: 'x' })).rejects.toMatchObject({ name: 'NotFound' });
  await expect(cloud.delete('project', id)).rejects.toMatchObject({ name: 'NotFound' });
});

describe('an immutable resource does not stop what is not about it', () => {
  const ref = (nameOrId: string) => ({ nameOrId });

  it('an immutable role is granted, revoked and implied', async () => {
    const role = await cloud.create('role', fresh(), { options: { immutable: true } });
    const prior = await cloud.create('role', fresh());
    const user = await cloud.create('user', fresh());
    const grant = { role: ref(role.id), user: ref(user.id), system: true, inherited: false };
    const { grants, impliedRoles } = cloud.services;
    expect(await grants.add(grant, actor)).toBe(true);
    expect(await grants.add(grant, actor)).toBe(false);
    await grants.remove(grant, actor);
    await impliedRoles.create(ref(prior.id), ref(role.id), actor);
    await impliedRoles.delete(ref(prior.id), ref(role.id), actor);
  });

  it('an immutable project has grants, projects below it, and users whose default it is', async () => {
    const project = await cloud.create('project', fresh(), { options: { immutable: true } });
    const user = await cloud.create('user', fresh(), { default_project_id: project.id });
    const grant = { role: ref('member'), user: ref(user.id), project: ref(project.id), inherited: true };
    await cloud.services.grants.add(grant, actor);
    const child = await cloud.create('project', fresh(), { parent_id: project.id });
    await cloud.delete('project', child.id);
    await cloud.delete('user', user.id);
    expect((await cloud.get('project', project.id)).options).toEqual({ immutable: true });
  });

  it('an immutable domain is filled and emptied', async () => {
    const domain = await cloud.create('domain', fresh(), { options: { immutable: true } });
    for (const kind of ['project', 'user', 'role'] as const) {
      const { id } = await cloud.create(kind, fresh(), { domain_id: domain.id });
      await cloud.update(kind, id, { description: 'x' });
      await cloud.delete(kind, id);
    }
  });

  it('but its tags are its own', async () => {
    const project = await cloud.create('project', fresh(), { tags: ['a'], options: { immutable: true } });
    for (const edit of [
      { add: ['b'], remove: [], clear: false },
      { add: [], remove: ['a'], clear: false },
      { add: ['a'], remove: [], clear: true },
    ])
      await expect(cloud.update('project', project.id, { tags: edit })).rejects.toMatchObject({
        name: 'ResourceUpdateForbidden',
      });
    expect((await cloud.get('project', project.id))['tags']).toEqual(['a']);
  });

  it("and a password, a state and a default project are the user's own", async () => {
    const user = await cloud.create('user', fresh(), { options: { immutable: true } });
    for (const patch of [{ password: 'other-Pw-1' }, { enabled: false }, { default_project_id: null }])
      await expect(cloud.update('user', user.id, patch)).rejects.toMatchObject({
        name: 'ResourceUpdateForbidden',
      });
  });
});

describe('the other options of users', () => {
  const rows = (id: string): Promise<object[]> =>
    server.query(
      cloud.address.database,
      'select option_id, option_value from user_option where user_id = $1 order by 1',
      [id],
    );

  it('are rows of Keystone, one by one set, kept and deleted', async () => {
    const options = { ignore_password_expiry: true, multi_factor_auth_rules: [['password', 'totp']] };
    const { id, options: first } = await cloud.create('user', fresh(), { options });
    expect(first).toEqual(options);
    const rule = { option_id: 'MFAR', option_value: '[["password","totp"]]' };
    expect(await rows(id)).toEqual([{ option_id: '1001', option_value: 'true' }, rule]);
    const changed = { ignore_password_expiry: null, lock_password: false, immutable: true };
    expect((await cloud.update('user', id, { options: changed })).options).toEqual({
      lock_password: false,
      immutable: true,
      multi_factor_auth_rules: [['password', 'totp']],
    });
    expect(await rows(id)).toEqual([{ option_id: '1003', option_value: 'false' }, rule]);
    expect(await stored('user', id)).toEqual([{ option_id: 'IMMU', option_value: 'true' }]);
  });

  it.each<[string, ResourcePatch]>([
    ['alone', { options: { lock_password: true } }],
    ['beside the clearing', { options: { immutable: false, lock_password: true } }],
  ])('are not changed on an immutable one, %s', async (_, patch) => {
    const { id } = await cloud.create('user', fresh(), { options: { immutable: true } });
    const before = await everything();
    await expect(cloud.update('user', id, patch)).rejects.toMatchObject({ name: 'ResourceUpdateForbidden' });
    expect(await everything()).toEqual(before);
  });
});
