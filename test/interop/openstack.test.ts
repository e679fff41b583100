import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PASSWORD, TestCloud } from '../support/cloud/test-cloud.ts';

const ON_PROJECT = { OS_PROJECT_NAME: 'admin', OS_PROJECT_DOMAIN_ID: 'default' };
const ON_SYSTEM = { OS_SYSTEM_SCOPE: 'all' };
const DATABASE = 'cloud';
const FACES = ['admin', 'internal', 'public'];
const cloud = new TestCloud();
let url: string;

const openstack = (scope: NodeJS.ProcessEnv, ...args: string[]) =>
  cloud.keystone.openstack({ OS_AUTH_URL: url, OS_PASSWORD: PASSWORD, ...scope }, ...args);

/** What openstackclient prints as JSON. */
async function ask<T>(scope: NodeJS.ProcessEnv, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await openstack(scope, ...args, '-f', 'json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as T;
}

/** The catalog names the address where the real Keystone listens, since openstackclient goes where it points. */
beforeAll(async () => {
  await cloud.open(DATABASE);
  url = `${await cloud.keystone.serve()}/v3`;
  expect(await cloud.keyward(DATABASE, 'db', 'sync')).toMatchObject({ code: 0 });
  expect(await cloud.bootstrap(DATABASE, { url })).toMatchObject({ code: 0 });
});
afterAll(() => cloud.close());

it('issues a token on the project', async () => {
  const [project] = await cloud.home.query<{ id: string }>(
    "select id from project where name = 'admin'",
    DATABASE,
  );
  expect(await ask(ON_PROJECT, 'token', 'issue')).toMatchObject({ project_id: project!.id });
});

it('issues a token on the system', async () => {
  expect(await ask(ON_SYSTEM, 'token', 'issue')).toMatchObject({ system: 'all' });
});

it('lists the five roles', async () => {
  const roles = await ask<{ Name: string }[]>(ON_SYSTEM, 'role', 'list');
  const names = roles.map(({ Name }) => Name).toSorted();
  expect(names).toEqual(['admin', 'manager', 'member', 'reader', 'service']);
});

it('shows the admin every role that admin implies', async () => {
  const implied = await ask<object[]>(ON_SYSTEM, 'implied', 'role', 'list');
  const links = implied.map((link) =>
    Object.values(link).filter((cell) => !/^[0-9a-f]{32}$/.test(String(cell))),
  );
  expect(links.toSorted()).toEqual([
    ['admin', 'manager'],
    ['manager', 'member'],
    ['member', 'reader'],
  ]);
});

it('lists the three endpoints, as endpoints and as the catalog', async () => {
  const endpoints = await ask<Record<string, unknown>[]>(ON_SYSTEM, 'endpoint', 'list');
  const shown = FACES.map((face) => endpoints.find(({ Interface }) => Interface === face));
  for (const endpoint of shown) {
    expect(endpoint).toMatchObject({
      Region: 'RegionOne',
      'Service Name': 'keystone',
      'Service Type': 'identity',
      Enabled: true,
      URL: url,
    });
  }
  expect(endpoints).toHaveLength(FACES.length);

  const [service, ...others] = await ask<{ Name: string; Type: string; Endpoints: object[] }[]>(
    ON_PROJECT,
    'catalog',
    'list',
  );
  expect(others).toEqual([]);
  expect(service).toMatchObject({ Name: 'keystone', Type: 'identity' });
  const faces = FACES.map((face) => expect.objectContaining({ interface: face, region: 'RegionOne', url }));
  expect(service!.Endpoints).toEqual(expect.arrayContaining(faces));
});

it('is refused to delete an immutable role', async () => {
  const { code, stderr } = await openstack(ON_SYSTEM, 'role', 'delete', 'reader');
  expect(code).toBe(1);
  expect(stderr).toMatch(/403[^]*Unable to delete immutable role resource/);
  expect(await cloud.home.query("select from role where name = 'reader'", DATABASE)).toHaveLength(1);
});

it('refuses the old password and its token after another one was given', async () => {
  const { id } = await ask<{ id: string }>(ON_PROJECT, 'token', 'issue');
  const byToken = async () => (await fetch(`${url}/roles`, { headers: { 'x-auth-token': id } })).status;
  expect(await byToken()).toBe(200);

  const password = 'interop-Pw-2';
  const { stdout } = await cloud.bootstrap(DATABASE, { url, password });
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({ Action: 'reset password', Resource: 'user' }),
  ]);

  const refused = { code: 1, stderr: expect.stringContaining('HTTP 401') };
  expect(await byToken()).toBe(401);
  expect(await openstack(ON_PROJECT, 'token', 'issue')).toMatchObject(refused);
  const byNew = { ...ON_PROJECT, OS_PASSWORD: password };
  expect(await openstack(byNew, 'token', 'issue')).toMatchObject({ code: 0 });
});
