import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bootstrapRequest } from '../support/cloud/bootstrap-request.ts';
import { KeystoneApi } from '../support/interop/keystone-api.ts';
import { TestPostgres } from '../support/cloud/postgres.ts';
import { RealKeystone } from '../support/interop/real-keystone.ts';
import { actor, TestIdentity } from '../support/cloud/resources.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'keyward-beside-'));
const PASSWORD = 'beside-Pw-1';
let server: TestPostgres;
let cloud: TestIdentity;
let keystone: RealKeystone;
let url: string;
let api: KeystoneApi;

beforeAll(async () => {
  server = await TestPostgres.start();
  cloud = await TestIdentity.open(server);
  const { host, user } = server.address;
  keystone = await RealKeystone.open(
    dir,
    `postgresql+psycopg2://${user}@/${cloud.address.database}?host=${host}`,
  );
  url = await keystone.serve();
  api = await KeystoneApi.login(url, bootstrapRequest().password!);
});
afterAll(async () => {
  keystone?.close();
  await cloud?.close();
  await server?.stop();
  rmSync(dir, { recursive: true });
});

const clientEnv = () => ({
  OS_AUTH_URL: `${url}/v3`,
  OS_PASSWORD: bootstrapRequest().password!,
  OS_SYSTEM_SCOPE: 'all',
});

describe('a real Keystone on the same database sees at once', () => {
  it.each(['role', 'project', 'domain'] as const)('a %s that keyward made immutable', async (kind) => {
    const { id } = await cloud.create(kind, `ours-${kind}`);
    await cloud.update(kind, id, { options: { immutable: true } });
    const shown = await api.call('GET', `/${kind}s/${id}`);
    expect(shown.body[kind].options).toEqual({ immutable: true });
    const refused = await api.call('DELETE', `/${kind}s/${id}`);
    expect(refused).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining(`Unable to delete immutable ${kind} resource`) } },
    });
    await cloud.update(kind, id, { options: { immutable: false } });
    expect((await api.call('PATCH', `/${kind}s/${id}`, { [kind]: { description: 'x' } })).status).toBe(200);
  });

  it.each(['role', 'project', 'domain'] as const)(
    'and keyward a %s that Keystone made immutable',
    async (kind) => {
      const { body } = await api.call('POST', `/${kind}s`, {
        [kind]: { name: `theirs-${kind}`, options: { immutable: true } },
      });
      const { id } = body[kind];
      const { message } = (await api.call('DELETE', `/${kind}s/${id}`)).body.error;
      await expect(cloud.delete(kind, id)).rejects.toMatchObject({
        message,
        cure: expect.stringContaining('not set through keyward'),
      });
      expect((await cloud.services.resources.show(kind, { nameOrId: id })).origin).toBe(
        'not set through keyward',
      );
    },
  );

  it('and so does the openstack client', async () => {
    await server.query(cloud.address.database, 'update endpoint set url = $1', [`${url}/v3`]);
    const { id } = await cloud.create('project', 'seen', { options: { immutable: true } });
    const env = clientEnv();
    const shown = await keystone.openstack(env, 'project', 'show', id, '-f', 'json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: 'seen', options: { immutable: true } });
    const role = await cloud.create('role', 'kept', { options: { immutable: true } });
    expect(await keystone.openstack(env, 'role', 'delete', role.id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Unable to delete immutable role resource'),
    });
    expect(await keystone.openstack(env, 'role', 'set', '--no-immutable', role.id)).toMatchObject({
      code: 0,
    });
    await cloud.update('role', role.id, { description: 'free' });
    expect(await keystone.openstack(env, 'role', 'set', '--immutable', role.id)).toMatchObject({ code: 0 });
    await expect(cloud.delete('role', role.id)).rejects.toMatchObject({ name: 'ResourceDeleteForbidden' });
  });

  it("an immutable user keeps keyward's flag through Keystone's own updates, and loses it with the user", async () => {
    const { id } = await cloud.create('user', 'flagged', { options: { immutable: true } });
    expect((await api.call('PATCH', `/users/${id}`, { user: { email: 'a@example.org' } })).status).toBe(200);
    expect(
      (await api.call('PATCH', `/users/${id}`, { user: { options: { lock_password: true } } })).status,
    ).toBe(200);
    const set = ['user', 'set', '--description', 'by the client', id];
    expect(await keystone.openstack(clientEnv(), ...set)).toMatchObject({ code: 0 });
    expect(await cloud.get('user', id)).toMatchObject({
      description: 'by the client',
      email: 'a@example.org',
      options: { immutable: true, lock_password: true },
    });
    await expect(cloud.update('user', id, { enabled: false })).rejects.toMatchObject({
      name: 'ResourceUpdateForbidden',
    });
    expect((await api.call('DELETE', `/users/${id}`)).status).toBe(204);
    expect(
      await server.query(cloud.address.database, 'select from keyward.user_option where user_id = $1', [id]),
    ).toEqual([]);
  });
});

describe('a real Keystone refuses the tokens concerned', () => {
  let made = 0;
  const grant = async () => {
    made += 1;
    const project = await cloud.create('project', `scope-${made}`);
    const user = await cloud.create('user', `holder-${made}`, { password: PASSWORD });
    const request = {
      role: { nameOrId: 'member' },
      user: { nameOrId: user.id },
      project: { nameOrId: project.id },
      inherited: false,
    };
    await cloud.services.grants.add(request, actor);
    return { project, user, request, token: await issue(user.name, project.id) };
  };
  const issue = async (name: string, projectId: string, password = PASSWORD): Promise<string | null> => {
    const user = { name, domain: { id: 'default' }, password };
    const auth = {
      identity: { methods: ['password'], password: { user } },
      scope: { project: { id: projectId } },
    };
    const response = await fetch(`${url}/v3/auth/tokens`, {
      method: 'POST',
      body: JSON.stringify({ auth }),
      headers: { 'content-type': 'application/json' },
    });
    return response.headers.get('x-subject-token');
  };
  const isAccepted = async (token: string): Promise<boolean> =>
    (await fetch(`${url}/v3/auth/tokens`, { headers: { 'x-auth-token': token, 'x-subject-token': token } }))
      .ok;

  it.each<[string, (held: Awaited<ReturnType<typeof grant>>) => Promise<unknown>]>([
    ['a new password', ({ user }) => cloud.update('user', user.id, { password: 'another-Pw-1' })],
    ['a disabled user', ({ user }) => cloud.update('user', user.id, { enabled: false })],
    ['a deleted user', ({ user }) => cloud.delete('user', user.id)],
    ['a deleted project', ({ project }) => cloud.delete('project', project.id)],
    ['a disabled project', ({ project }) => cloud.update('project', project.id, { enabled: false })],
    ['a role taken away', ({ request }) => cloud.services.grants.remove(request, actor)],
  ])('after %s', async (_, change) => {
    const held = await grant();
    expect(await isAccepted(held.token!)).toBe(true);
    await change(held);
    expect(await isAccepted(held.token!)).toBe(false);
  });

  it('and takes the new password, not the old one', async () => {
    const { user, project } = await grant();
    await cloud.update('user', user.id, { password: 'another-Pw-1' });
    expect(await issue(user.name, project.id)).toBeNull();
    expect(await issue(user.name, project.id, 'another-Pw-1')).toEqual(expect.any(String));
  });
});
